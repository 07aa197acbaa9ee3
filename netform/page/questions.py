"""Questions of the page: asked of a session in the background, one at a time; whoever cancels keeps the best so far.

A question is of the plan as it stood when it was asked: by its rules, and with its locked networks as pins. What it
came to is shown beside the plan as it stands when somebody looks, and says so when rules or locks have changed since.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from netform.errors import ImpossibleError, NetformError, NoPlanError, RulesError
from netform.page.answers import ANSWERS, Answer, best_so_far, checked
from netform.page.choices import Pricer, choice_object, kept_ids
from netform.page.journal import StaleError
from netform.page.judgement import Best
from netform.page.sessions import Sessions, rules_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from netform.page.answers import Found
    from netform.page.planning import Planning
    from netform.plan.model import AreaResult, Network
    from netform.rules.model import Rules
    from netform.solve.model.outcome import AreaOutcome

__all__ = ["Questions"]

# What is asked for so long where nobody says, seconds.
SECONDS = 120.0

# Answers that are remembered, and questions that may wait for the one before.
MOST_KEPT, MOST_WAITING = 40, 5

# Whoever cancels waits no longer than this for a solver to look up, seconds; it is then left behind.
GRACE = 1.5

# A question that is late by this share of its time and so many seconds more is left behind, too: no clock ends a first
# plan.
LATE_SHARE, LATE = 0.5, 60.0

POLL = 0.05


@dataclass(slots=True)
class _Question:
    """A question, and what is known of its answer."""

    number: str
    area: str
    kind: str
    # By which it is answered: those of the area; and those of the list, for what is remembered of it.
    rules: Rules
    ruled: Rules
    asked: Mapping[str, Any]
    seconds: float
    state: str = "running"
    stage: str = "waiting for the question before"
    begun: float = field(default_factory=time.monotonic)
    ended: float | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    told: AreaOutcome | None = None
    answer: Answer | None = None
    error: str = ""
    # The answer beside the plan as it stood at a number of the journal.
    shown: tuple[int, list[dict[str, Any]], list[dict[str, str]]] | None = None
    pricer: Pricer | None = None

    @property
    def found(self) -> tuple[Found, ...]:
        """The plans to choose from."""
        return () if self.answer is None else self.answer.found


class Questions:
    """Answers questions about the areas of a plan.

    Parameters
    ----------
    planning : Planning
    on_event : callable
        Told ``question`` and the id, state and stage of one whenever they change.
    """

    def __init__(
        self, planning: Planning, on_event: Callable[[str, dict[str, Any]], None] = lambda _kind, _what: None
    ) -> None:
        self._planning = planning
        self._on_event = on_event
        self._sessions = Sessions(planning.prepared, planning.options)
        self._known: OrderedDict[str, _Question] = OrderedDict()
        self._line: queue.SimpleQueue[_Question] = queue.SimpleQueue()
        self._lock = threading.RLock()
        self._asked = 0
        self._worker: threading.Thread | None = None
        # Areas and rules by which the best plan is proven: no later question unsays it.
        self._proven: set[tuple[str, Rules]] = set()

    def ask(self, asked: Mapping[str, Any]) -> dict[str, str]:
        """Ask about an area as it stands; answered in the background.

        Parameters
        ----------
        asked : mapping
            ``n``, ``area``, ``kind``, ``seconds``, and what the kind needs: ``x`` and ``y`` of a front, ``count``,
            ``different`` and ``within`` of alternatives, ``within`` of borders.

        Returns
        -------
        dict
            ``question``: its id.

        Raises
        ------
        StaleError
            The plan has changed since.
        RulesError
            It cannot be asked.
        """
        area, kind = str(asked.get("area", "")), str(asked.get("kind"))
        codes = self._planning.codes(area)
        given = checked(asked)
        seconds = SECONDS if asked.get("seconds") is None else float(asked["seconds"])
        if not (math.isfinite(seconds) and seconds > 0):
            raise RulesError("A question takes some seconds: give a number above 0.")
        with self._lock:
            state = self._planning.state
            if asked.get("n", self._planning.journal.n) != self._planning.journal.n:
                raise StaleError(
                    "The plan has changed meanwhile, in another tab: nothing was asked. Look at it, and ask again."
                )
            free = [
                code
                for code in codes
                if code not in state.rules.demands.exclude and state.network_of.get(code) not in state.locked
            ]
            if not free:
                raise RulesError(
                    "Every network is locked, so there is nothing left to solve: unlock one first."
                )
            if sum(each.state == "running" for each in self._known.values()) > MOST_WAITING:
                raise RulesError("Several questions are waiting already: wait for them, or cancel one.")
            self._asked += 1
            question = _Question(
                f"question-{self._asked}", area, kind, self._rules_now(area), state.ruled(), given, seconds
            )
            self._known[question.number] = question
            for number in [each.number for each in self._known.values() if each.state != "running"]:
                if len(self._known) <= MOST_KEPT:
                    break
                del self._known[number]
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="questions", daemon=True)
                self._worker.start()
        self._line.put(question)
        return {"question": question.number}

    def get(self, number: str) -> dict[str, Any]:
        """Say how a question is getting on, and what it has come to.

        Parameters
        ----------
        number : str
            Its id.

        Raises
        ------
        LookupError
            There is no such question any more.
        """
        question = self._known[number]
        told = question.told
        outdated = question.rules != self._rules_now(question.area)
        said: dict[str, Any] = {
            "id": number,
            "kind": question.kind,
            "area": question.area,
            "state": question.state,
            "stage": question.stage,
            "seconds": (question.ended or time.monotonic()) - question.begun,
            "limit": question.seconds,
            "outdated": outdated,
            "best": None if told is None else _best_object(told),
            "choices": [],
        }
        if question.error:
            said["error"] = question.error
        if question.state != "running" and question.answer is not None:
            said["choices"] = self._shown(question)[0]
            said |= question.answer.more
        return said

    def cancel(self, number: str) -> None:
        """End a question; the best plan so far is its answer.

        Raises
        ------
        LookupError
            There is no such question any more.
        """
        question = self._known[number]
        question.stopped.set()
        if question.state == "running":
            self._tell(question, stage="stopping")

    def choice(self, number: str, which: int) -> Mapping[str, str]:
        """Give the networks of one plan of an answer, with the ids of those that stand now where they are the same.

        Parameters
        ----------
        number : str
        which : int
            Its place among the choices.

        Raises
        ------
        LookupError
            There is no such question any more, or no such choice.
        """
        question = self._known[number]
        if question.state == "running" or not 0 <= which < len(question.found):
            raise LookupError(number)
        return self._shown(question)[1][which]

    def said(self, number: str, which: int) -> str:
        """Say what is taken when a choice is, for the journal: whether it was found by the rules that hold now, too.

        Raises
        ------
        LookupError
            As `choice`.
        """
        question = self._known[number]
        if not 0 <= which < len(question.found):
            raise LookupError(number)
        title = question.found[which].title
        taken = f"{title[:1].upper()}{title[1:]} was taken"
        if question.rules == self._rules_now(question.area):
            return f"{taken}."
        return f"{taken}, which was found before rules or locks were changed."

    def _rules_now(self, area: str) -> Rules:
        """The rules of an area as it stands, without locks of practices that are networks of their own anyway."""
        planning = self._planning
        rules = rules_inside(planning.state.ruled(), area, planning.codes(area))
        most, nodes = rules.for_area(area).most, planning.prepared.graph.nodes
        pins = tuple(pin for pin in rules.demands.pins if len(pin) > 1 or nodes[pin[0]]["list_size"] <= most)
        return replace(rules, demands=replace(rules.demands, pins=pins))

    def _shown(self, question: _Question) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
        """The plans of an answer beside the plan as it stands, and their networks by the ids they would have."""
        planning = self._planning
        with self._lock:
            n = planning.journal.n
            if question.shown is None or question.shown[0] != n:
                state, area = planning.state, question.area
                graph = planning.prepared.graph.subgraph(planning.codes(area))
                sizes = dict(graph.nodes(data="list_size"))
                if question.pricer is None:
                    question.pricer = Pricer.of(graph, question.rules, area)
                name = partial(
                    kept_ids, state.groups(sizes), list_sizes=sizes, taken=state.numbers,
                    fresh=f"{area}-new" if area else "new",
                )  # fmt: skip
                named = [name(found.networks) for found in question.found]
                objects = [
                    choice_object(planning, area, found, network_of, question.pricer)
                    for found, network_of in zip(question.found, named, strict=True)
                ]
                question.shown = n, objects, named
            return question.shown[1:]

    def _tell(self, question: _Question, **changes: Any) -> None:
        """Note how a question is getting on, and tell of it."""
        for name, value in changes.items():
            setattr(question, name, value)
        self._on_event("question", {"id": question.number, "state": question.state, "stage": question.stage})

    def _work(self) -> None:
        """Answer the questions in line, one after the other."""
        while True:
            question = self._line.get()
            if question.stopped.is_set():
                self._end(question, "cancelled")
            else:
                self._answer(question)

    def _answer(self, question: _Question) -> None:
        """Answer a question in a thread that is left behind when it does not end when it should."""
        came: list[Answer | BaseException] = []
        left = threading.Event()

        def work() -> None:
            try:
                came.append(self._asked_of_session(question, left))
            except BaseException as error:  # noqa: BLE001 (said below)
                came.append(error)

        question.begun = time.monotonic()
        self._tell(question, stage="beginning")
        thread = threading.Thread(target=work, name=question.number, daemon=True)
        thread.start()
        late = question.begun + question.seconds * (1 + LATE_SHARE) + LATE
        while thread.is_alive():
            thread.join(POLL)
            if time.monotonic() > late:
                question.stopped.set()
            if question.stopped.is_set():
                thread.join(GRACE)
                break
        if not came:
            left.set()
            self._sessions.forget(question.area)
        answer = came[0] if came else None
        stopped = question.stopped.is_set()
        if isinstance(answer, Answer):
            self._end(question, "cancelled" if stopped else "done", answer)
        elif stopped or (question.kind == "solve" and isinstance(answer, NoPlanError) and question.told):
            told = question.told if question.kind == "solve" else None
            best = None if told is None else Answer((best_so_far(told),), proof=(told.result, ()))
            late_now = time.monotonic() > late
            self._end(
                question,
                "failed" if late_now and best is None else "cancelled",
                best,
                _LATE if late_now else "",
            )
        else:
            self._end(question, "failed", None, _said(answer))

    def _asked_of_session(self, question: _Question, left: threading.Event) -> Answer:
        session = self._sessions.of(question.area, question.rules)
        session.stopped = lambda: question.stopped.is_set() or left.is_set()
        session.on_stage = lambda stage: (
            None if left.is_set() else self._tell(question, stage=_stage(stage, question.area))
        )
        session.on_plan = lambda outcome: None if left.is_set() else self._take(question, outcome)
        return ANSWERS[question.kind](session, question.rules, question.asked, question.seconds)

    def _take(self, question: _Question, outcome: AreaOutcome) -> None:
        """Keep the best plan so far; one that leaves practices to be planned is none."""
        if outcome.whole:
            self._tell(question, told=outcome)

    def _end(self, question: _Question, state: str, answer: Answer | None = None, error: str = "") -> None:
        """Say what a question has come to."""
        if answer is not None and answer.proof is not None and answer.proof[1]:
            self._remember(question, *answer.proof)
        stage = {"done": "done", "cancelled": "cancelled", "failed": "failed"}[state]
        self._tell(question, answer=answer, error=error, ended=time.monotonic(), state=state, stage=stage)

    def _remember(self, question: _Question, result: AreaResult, networks: tuple[Network, ...]) -> None:
        """Tell the plan what was proven of the area by the rules that the question was asked by."""
        key = question.area, question.rules
        if result.bound is None or key in self._proven:
            return
        if result.status == "optimal":
            self._proven.add(key)
        own = question.rules.for_area(question.area)
        far = [
            max(own.least - each.list_size, each.list_size - own.most, 0)
            for each in networks
            if each.exception
        ]
        best = Best(result.bound, len(far), sum(far), settled=len(far) == result.exceptions_bound)
        self._planning.remember(question.area, question.ruled, best)


_LATE = (
    "It took far longer than it was given, and was ended. Ask again with more seconds, or lock more first."
)


def _said(error: BaseException | None) -> str:
    """What to say of a question that could not be answered."""
    if isinstance(error, ImpossibleError):
        return f"No plan keeps these rules and locks. {error}"
    if isinstance(error, NoPlanError):
        return "No plan was found in the time: ask again with more seconds, or lock more first."
    if isinstance(error, NetformError):
        return str(error)
    if isinstance(error, MemoryError):
        return "Out of memory: lock more first, or start netform with a smaller --memory."
    return f"This went wrong, and is a defect of netform: {type(error).__name__}: {error}"


def _stage(stage: str, area: str) -> str:
    """A stage without the name of the only area there is."""
    return stage.replace(f" {area}", "").strip() if area else stage


def _best_object(told: AreaOutcome) -> dict[str, Any]:
    result = told.result
    outside = sum(placed.exception is not None for placed in told.networks)
    bound = None if result.bound is None or not math.isfinite(result.bound) else result.bound
    return {"cost": result.cost, "bound": bound, "exceptions": outside}
