"""The commands that judge a division of practices: score and compare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from netform.cli.demands import typed_demands
from netform.cli.given import given_inputs, given_rules, given_stdin
from netform.cli.input_options import INPUT_OPTIONS
from netform.cli.options import with_options
from netform.cli.output import check_out, made_whole, out_name, write_out
from netform.cli.record import RecordedCommand, record_of, with_record
from netform.cli.request import CompareRequest, ListRequest, ScoreRequest
from netform.cli.terminal import data_stream, explained, print_data, say
from netform.errors import RulesError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from netform.export.publication import Publication
    from netform.judge.comparison import Compared
    from netform.judge.scoring import ScoredResult
    from netform.plan.grouping import Grouping
    from netform.practices.model import PracticeList
    from netform.rules.model import Rules

__all__ = ["compare", "score"]

R = TypeVar("R")

# ruff: noqa: PLC0415 (imports stand where they are needed, so that --help answers at once)

# Parameters of compare that do not ask for a list.
_OWN_OPTIONS = frozenset({"a", "b", "practices", "out", "overwrite", "as_json"})

_OUTPUT_OPTIONS = (
    click.option(
        "-o",
        "--out",
        metavar="OUT",
        help="A folder for tables, map and page, or one file: .csv, .geojson, .gpkg, .html, .json or .xlsx.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace earlier results at OUT."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output in place of text."),
)


@click.command(cls=RecordedCommand)
@with_options(INPUT_OPTIONS)
@click.option(
    "--plan",
    required=True,
    metavar="FILE|COLUMN|today",
    help=(
        "The division to score: a CSV or Excel file with practice_code and network, a plan folder or plan.json,"
        " a column of the list, or today (or pcn_code) for its own present networks."
    ),
)
@with_options(_OUTPUT_OPTIONS)
def score(**given: Any) -> None:
    """Score any division of practices into networks by the terms of a plan, with every rule it breaks.

    PRACTICES and the options are those of netform solve. Networks are scored as they stand: nothing is refused
    but what is not clear.
    """
    with explained(), data_stream() as stdout:
        from netform.export.score import SCORE, score_json
        from netform.inputs.grouping_file import read_grouping
        from netform.report.score_text import score_text

        request = ScoreRequest.of(given)
        rules = given_rules(request)
        single = check_out(SCORE, request.out, overwrite=request.overwrite)
        plan = made_whole(request.plan)
        [result] = _scored(request, rules, lambda practices: [read_grouping(plan, practices)])
        _write(SCORE, result, request, single=single)
        content = score_json(result.score, result.provenance, result.living) if request.as_json else b""
        print_data(stdout, content or score_text(result.score, result.living).encode("utf-8"))


@click.command(cls=RecordedCommand)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--practices",
    metavar="LIST",
    help="The practice list that both are scored by; needed unless A and B are plan folders.",
)
@with_options(INPUT_OPTIONS[1:])
@with_options(_OUTPUT_OPTIONS)
def compare(**given: Any) -> None:
    """Compare two divisions of the same practices: who moves, and what each costs.

    A and B are each a plan folder or plan.json, a CSV or Excel file with practice_code and network, a column of
    the list, or today (or pcn_code) for its own present networks. Two plan folders are compared as they were
    published; with --practices everything is computed from that list, with the options of netform solve.
    """
    with explained(), data_stream() as stdout:
        from netform.export.compare import COMPARE, compare_json
        from netform.report.compare_text import compare_text

        request = CompareRequest.of(given)
        single = check_out(COMPARE, request.out, overwrite=request.overwrite)
        for given_plan in (request.a, request.b):
            made_whole(given_plan)
        compared = _compared(request)
        _write(COMPARE, compared, request, single=single)
        print_data(
            stdout, compare_json(compared) if request.as_json else compare_text(compared).encode("utf-8")
        )


def _compared(request: CompareRequest) -> Compared:
    """Compare by the list, or by what was published where there is none."""
    from netform.inputs.grouping_file import read_grouping
    from netform.inputs.plan_folder import is_plan
    from netform.judge.comparison import compare_results
    from netform.judge.published_plans import compare_plan_folders, named_apart

    if request.practices is None:
        tables = [each for each in (request.a, request.b) if not is_plan(each)]
        if tables:
            raise RulesError(
                f"{tables[0]} is no plan folder: say with --practices LIST whose division it is."
            )
        idle = [
            param.opts[0]
            for param in compare.params
            if param.name not in _OWN_OPTIONS and request.value(param.name or "") not in (None, (), False)
        ]
        if idle:
            raise RulesError(f"{idle[0]} has no effect without --practices LIST.")
        return replace(compare_plan_folders(request.a, request.b), provenance=record_of())
    name_a, name_b = named_apart(request.a, request.b)

    def groupings(practices: PracticeList) -> list[Grouping]:
        a, b = read_grouping(request.a, practices), read_grouping(request.b, practices)
        # Today's networks are called so, whatever word they were asked for by.
        return [
            replace(each, name="today" if each.name == "today" else name)
            for each, name in ((a, name_a), (b, name_b))
        ]

    a, b = _scored(request, given_rules(request), groupings)
    return compare_results(a, b, provenance=a.provenance)


def _scored(
    request: ListRequest, rules: Rules, groupings: Callable[[PracticeList], Sequence[Grouping]]
) -> list[ScoredResult]:
    """Read the list, then the divisions of it, and score them."""
    from netform.judge.scoring import score_prepared
    from netform.pipeline import prepare
    from netform.report.words import one_line
    from netform.rules.conflicts.clashes import refuse_unknown

    prepared = with_record(prepare(given_inputs(request), rules, stdin=given_stdin(request)))
    rules = prepared.rules_for_all(rules)
    refuse_unknown(rules, prepared.graph, typed_demands(request))
    divisions = groupings(prepared.practices)
    for note in dict.fromkeys(note for each in divisions for note in each.notes):
        say(f"netform: {one_line(note)}")
    return score_prepared(prepared, divisions, rules)


def _write(
    publication: Publication[R], result: R, request: ScoreRequest | CompareRequest, *, single: bool
) -> None:
    if request.out is not None:
        write_out(publication, result, request.out, overwrite=request.overwrite, single=single)
        say(f"Written to {out_name(request.out)}")
