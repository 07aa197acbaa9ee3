"""What a plan lists: each practice once, finite numbers, names that fit."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from netform.errors import AuditError
from netform.plan.model import Containment, Unplaced
from netform.scores import network_terms
from tests.audit.sound import PROVENANCE, change, change_edge, unplaced, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from netform.plan.model import Plan
    from tests.audit.sound import Broken, Sound


def _reverse_networks(plan: Plan) -> Plan:
    return dataclasses.replace(plan, networks=plan.networks[::-1])


def _provenance(plan: Plan, **changes: Any) -> Plan:
    return dataclasses.replace(plan, provenance={**PROVENANCE, **changes})


def _not_finite() -> list[Broken]:
    """A case for each place where a number can be NaN or infinite."""
    nan, inf = math.nan, math.inf
    return [
        ("NaN in a term", lambda p: change(p, "N-01", terms={"overhead": nan}), "terms: overhead is nan"),
        ("NaN minutes", lambda p: change(p, "N-02", minutes_to_hub=(0.0, nan)), "minutes_to_hub is nan"),
        ("NaN cost", lambda p: change(p, "S", cost=nan), "cost is nan"),
        ("infinite bound", lambda p: change(p, "S", bound=-inf, status="feasible"), "bound is -inf"),
        ("NaN seconds", lambda p: change(p, "S", seconds={"choose": nan}), "seconds: choose is nan"),
        ("NaN on an edge", lambda p: change_edge(p, 0, border_m=nan), "edge A1-A2: border_m is nan"),
        (
            "NaN in provenance",
            lambda p: dataclasses.replace(p, provenance={**PROVENANCE, "versions": [{"x": nan}]}),
            "provenance: versions: x is nan",
        ),
    ]  # fmt: skip


COVERAGE: list[Broken] = [
    (
        "practice missing",
        lambda p: change(p, "N-01", practice_codes=("A1", "A2")),
        "practice A3 is in no network and not listed as unplaced",
    ),
    (
        "practice in two networks",
        lambda p: change(p, "N-02", practice_codes=("A3", "A4", "A5")),
        "practice A3 is placed 2 times: in N-01, N-02",
    ),
    (
        "practice twice in one network",
        lambda p: change(p, "N-02", practice_codes=("A4", "A4", "A5")),
        "practice A4 is placed 2 times: in N-02",
    ),
    (
        "practice invented",
        lambda p: change(p, "N-02", practice_codes=("A4", "A5", "Z9")),
        "network 'N-02' has practice Z9, which is not in the list",
    ),
    (
        "placed and unplaced",
        lambda p: unplaced(p, ("A7", "opted out")),
        "practice A7 is both placed and unplaced",
    ),
    (
        "unplaced without a reason",
        lambda p: unplaced(without(p, "N-04"), ("A7", " ")),
        "practice A7 is unplaced without a reason",
    ),
    (
        "unplaced twice",
        lambda p: unplaced(without(p, "N-04"), ("A7", "one"), ("A7", "other")),
        "practice A7 is listed as unplaced 2 times",
    ),
    (
        "unplaced and invented",
        lambda p: unplaced(p, ("Z9", "opted out")),
        "practice Z9 is unplaced but not in the list",
    ),
]

MEMBERS: list[Broken] = [
    (
        "network empty",
        lambda p: change(p, "N-04", practice_codes=()),
        "network 'N-04' has no practices",
    ),
    (
        "members out of order",
        lambda p: change(p, "N-02", practice_codes=("A5", "A4")),
        "network 'N-02': its practice codes are not in order",
    ),
    (
        "list size wrong",
        lambda p: change(p, "N-01", list_size=40_001),
        "network 'N-01' says 40,001 patients, its practices have 40,000",
    ),
    (
        "network crosses areas",
        lambda p: change(p, "N-04", practice_codes=("A7", "B1")),
        "network 'N-04' crosses areas: 'N', 'S'",
    ),
    (
        "wrong area",
        lambda p: change(p, "N-04", area="S"),
        "network 'N-04' says area 'S', its practices are of 'N'",
    ),
]

IDENTIFIERS: list[Broken] = [
    (
        "duplicate ids",
        lambda p: change(p, "N-02", network_id="N-01"),
        "network_id 'N-01' is given 2 times, or differs in case alone",
    ),
    (
        "ids that differ in case alone",
        lambda p: change(p, "N-02", network_id="n-01"),
        "network_id 'N-01' is given 2 times, or differs in case alone",
    ),
    (
        "networks out of order",
        _reverse_networks,
        "the networks are not in order of network_id",
    ),
    *(
        (
            f"id {name!r}",
            lambda p, name=name: change(p, "N-01", network_id=name),
            "network_id .* cannot name a file",
        )
        for name in (
            "",
            "../x",
            "a/b",
            "a\\b",
            "con",
            "NUL.01",
            ".N",
            "N.",
            "N ",
            "N\x1b[31m",
            "N?",
            "é" * 101,
        )
    ),
]

PROVENANCES: list[Broken] = [
    *(
        (
            f"provenance without {key}",
            lambda p, key=key: dataclasses.replace(
                p, provenance={name: value for name, value in PROVENANCE.items() if name != key}
            ),
            f"the provenance lacks '{key}'",
        )
        for key in PROVENANCE
    ),
    (
        "provenance of another list",
        lambda p: _provenance(p, input_sha256="ffff"),
        "the provenance says input_sha256 'ffff', the list has 'ab12'",
    ),
]

BROKEN = [*COVERAGE, *MEMBERS, *IDENTIFIERS, *PROVENANCES, *_not_finite()]


@pytest.mark.parametrize(
    ("mutate", "message"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_broken_plan_is_refused(sound: Sound, mutate: Callable[[Plan], Plan], message: str) -> None:
    """One thing is wrong, and the message says which, in which network, practice or area."""
    with pytest.raises(AuditError, match=message):
        sound.audit(mutate(sound.plan))


def test_every_fault_is_told_up_to_the_first_fifty(sound: Sound) -> None:
    """Seven practices of N and three of S, each left out: ten faults of that kind among the rest."""
    with pytest.raises(AuditError) as caught:
        sound.audit(dataclasses.replace(sound.plan, networks=()))
    assert str(caught.value).count("is in no network and not listed as unplaced") == 10
    unplaced = tuple(Unplaced(f"Z{number:02}", "invented") for number in range(60))
    with pytest.raises(AuditError) as caught:
        sound.audit(dataclasses.replace(sound.plan, unplaced=unplaced))
    lines = str(caught.value).splitlines()
    assert "(60 faults)" in lines[0]
    assert len(lines) == 52
    assert lines[-1] == "- and 10 more"


def test_where_patients_live_is_counted_again(sound: Sound) -> None:
    """Half of A1's patients live in A4's territory, the rest at home; nothing is known of others."""
    homes = {"A1": {"A1": 10_000.0, "A4": 10_000.0}}
    graph = sound.graph.copy()
    nx.set_node_attributes(graph, {code: homes.get(code, {}) for code in graph}, "residents")
    lived = dataclasses.replace(sound, graph=graph)
    with pytest.raises(AuditError, match="network 'N-01' does not say where its patients live"):
        lived.audit()
    held = Containment(20_000.0, 10_000.0, 10_000.0)
    # The term community would follow, but has no weight here and is no part of this.
    said = change(
        sound.plan, "N-01", containment=held, terms=network_terms(graph, ("A1", "A2", "A3"), sound.rules)
    )
    lived.audit(said)
    for wrong, what in (
        (dataclasses.replace(held, patients=21_000.0), "21,000.0 patients whose home is known"),
        (dataclasses.replace(held, inside=9_000.0), "9,000.0 patients inside, they are 10,000.0"),
        (dataclasses.replace(held, registered=20_000.0), "20,000.0 registered residents"),
    ):
        with pytest.raises(AuditError, match=what):
            lived.audit(change(said, "N-01", containment=wrong))
