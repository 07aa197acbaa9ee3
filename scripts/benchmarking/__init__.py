"""netform beside other ways of dividing an area: the same graph, the same band, the same measure of cost.

Run by ``scripts/benchmark``. Reading order: `cases` (the areas), `validity` and `task` (how a plan is judged),
`maxp`, `chains` and `assignment` (the peers), `planning` (netform itself), `isolated` (a process for each
measurement), `growth`, `rows` (the tables) and `picture`.

Questions for netform's command line: `questions` (what one is), `pieces` and `unseen` (drawn), `fixed`, `memory`,
`centres`, `land` and `tree_splits` (their peers), `asking` (one question), `ledger` (what was answered), `verdicts`
(the tables) and `asked` (all of it in turn). README.md says what the tables mean.

Only netform can say that a plan is proven: none of the peers knows the cost that plans are compared by. A chain
proves nothing, and an assignment model at most that its own objective, which is a part of the cost, is at its
best. What the peers are is said in their modules.
"""
