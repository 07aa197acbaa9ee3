"""The stages of a run in order, and what a plan is published with."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from netform.assemble import assemble
from netform.errors import AuditError, InputError, RulesError
from netform.judge.survey import take_survey
from netform.pipeline import draw, make_plan, prepare, unplanned
from netform.plan.model import AreaResult, PresentNetwork
from netform.prepared import Inputs, Prepared
from netform.rules.toml import load_profile
from netform.solve.area import AreaOutcome, Options, Placed
from netform.solve.workers import plan_areas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import networkx as nx

    from netform.rules.model import Rules

# A row of sites 5 km apart, west to east, each with its own coordinates; B shares the site of A.
ROWS = """\
code,name,postcode,list_size,area,easting,northing
A,THE SURGERY AT KING'S HEATH,LS11 8LH,20000,x/y,420000,430000
B,NHS GP CENTRE,LS11 8LH,15000,x/y,420000,430000
C,Twin,LS12 3HD,33000,X y,425000,430000
D,twin,LS12 3HD,12000,X y,430000,430000
E,Far,LS12 3HD,51000,X y,435000,430000
"""
RULES = load_profile()


def _prepared(rows: str = ROWS, *, area_column: str | None = "area", rules: Rules = RULES) -> Prepared:
    return prepare(Inputs("-", area_column), rules, stdin=io.BytesIO(rows.encode()))


def test_a_split_list_is_planned_in_parts_when_that_is_asked() -> None:
    """Each row of A is a node, of its own place; without the option the second is a fault."""
    rows = ROWS + "A,BRANCH LIST,LS11 8LH,4000,x/y,425000,430000\n"
    parts = prepare(Inputs("-", split=True), RULES, stdin=io.BytesIO(rows.encode()))

    assert parts.practices.codes == ("A-1", "A-2", "B", "C", "D", "E")
    # The second part shares the site of C.
    assert parts.graph.edges["A-2", "C"]["kind"] == "site"
    assert sum(parts.graph.nodes[code]["list_size"] for code in ("A-1", "A-2")) == 24_000
    with pytest.raises(InputError, match="--split"):
        prepare(Inputs("-"), RULES, stdin=io.BytesIO(rows.encode()))


def test_new_codes_of_lsoas_serve_a_table_of_neighbourhoods_alone(tmp_path: Path) -> None:
    """Without --lsoas too; half of A's 20,000 are of an LSOA that was divided, each half in a neighbourhood."""
    files = {
        "homes.csv": "practice_code,lsoa_code,patients\nA,E01000001,50\nA,E01000002,50\n"
        + "".join(f"{code},E01000002,100\n" for code in "BCDE"),
        "lookup.csv": "LSOA11CD,LSOA21CD\nE01000001,E01000001\nE01000002,E01000003\nE01000002,E01000004\n",
        "hoods.csv": "lsoa21cd,neighbourhood\nE01000001,Hill\nE01000003,Hill\nE01000004,Vale\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    inputs = Inputs(
        "-",
        "neighbourhood",
        registrations=tmp_path / "homes.csv",
        lsoa_lookup=tmp_path / "lookup.csv",
        neighbourhoods=(tmp_path / "hoods.csv",),
    )
    made = prepare(inputs, RULES, stdin=io.BytesIO(ROWS.encode()))
    assert made.graph.nodes["A"]["neighbourhoods"] == {"Hill": 15_000, "Vale": 5_000}
    # Of the two halves of an LSOA the first neighbourhood by name.
    assert {practice.area for practice in made.practices} == {"Hill"}
    assert any("have other codes in 2021: 1;" in note for note in made.notes)

    with pytest.raises(RulesError, match="add --registrations"):
        prepare(replace(inputs, registrations=None), RULES, stdin=io.BytesIO(ROWS.encode()))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Five practices in two areas."""
    return _prepared()


def _choosing(outcomes: Sequence[AreaOutcome]) -> Callable[..., list[AreaOutcome]]:
    def choose(
        graph: nx.Graph, areas: Mapping[str, Sequence[str]], rules: Rules, options: Options
    ) -> list[AreaOutcome]:
        assert sorted(graph) == sorted(code for codes in areas.values() for code in codes)
        return list(outcomes)

    return choose


def _outcome(area: str, *networks: Placed, cost: float = 0.0) -> AreaOutcome:
    count = sum(len(placed.practice_codes) for placed in networks)
    return AreaOutcome(
        AreaResult(area, "feasible", cost, 0.0, count, len(networks), 7, "By hand."), tuple(networks)
    )


OVER = Placed(("E",), "over_max_single_practice", "E alone has 51,000 patients.")


def test_sides_and_registrations_reach_the_graph(tmp_path: Path) -> None:
    """Soft columns and registrations are on the nodes, and what is not known is among the notes."""
    path = tmp_path / "lsoa.csv"
    path.write_text("code,lsoa,patients\nA,E01000001,30\nB,E01000001,10\nB,E01000002,10\n")
    inputs = Inputs("-", registrations=path, soft_columns=("area",))
    prepared = prepare(
        inputs,
        RULES,
        stdin=io.BytesIO(ROWS.replace("D,twin,LS12 3HD,12000,X y", "D,twin,LS12 3HD,12000,").encode()),
    )
    nodes = prepared.graph.nodes

    assert [nodes[code]["sides"] for code in "ABCDE"] == [("x/y",), ("x/y",), ("X y",), ("",), ("X y",)]
    # A has more patients in the first; B's 15,000 are half there and half in its own.
    assert nodes["B"]["residents"] == {"A": 7500.0, "B": 7500.0}
    assert nodes["C"]["residents"] == {}
    assert any("it is not known where their patients live: 3 (C, D, E)" in note for note in prepared.notes)
    assert any("so that they do not cross it: 1 (D)" in note for note in prepared.notes)


def test_networks_carry_their_shared_posts(prepared: Prepared) -> None:
    """One entry for each role of the rules, and what a move between two sessions takes."""
    placed = [
        _outcome("X y", Placed(("C", "D"), None, None), OVER),
        _outcome("x/y", Placed(("A", "B"), None, None)),
    ]
    networks = {
        network.practice_codes: network for network in assemble(prepared, RULES, Options(), placed).networks
    }
    assert [post.role for post in networks["E",].posts] == [role.name for role in RULES.roles]
    # 51,000 / 30,000 = 1.7 pharmacists, 1.6 in steps of 0.2.
    assert networks["E",].posts[0].whole == pytest.approx(1.6)
    assert networks["E",].minutes_per_move == networks["A", "B"].minutes_per_move == 0.0
    # 33,000 and 12,000 patients 5 km apart: 2 * (33 / 45) * (12 / 45) * minutes.
    between = prepared.travel.minutes(2, 3)
    assert networks["C", "D"].minutes_per_move == pytest.approx(2 * 33 * 12 / 45**2 * between)


def test_networks_say_which_present_network_most_of_their_patients_are_in() -> None:
    """Of A and B 20,000 of 35,000 patients are of U1; of C and D 12,000 of 45,000 are of U2; E's has no name."""
    names = {"A": "U1,BAY PCN", "B": ",", "C": ",", "D": "U2,OTHER PCN", "E": "U3,"}
    rows = [line + "," + names[line[0]] for line in ROWS.splitlines()[1:]]
    header = ROWS.splitlines()[0] + ",pcn_code,pcn_name"
    prepared = _prepared("\n".join([header, *rows]))
    placed = [
        _outcome("X y", Placed(("C", "D"), None, None), OVER),
        _outcome("x/y", Placed(("A", "B"), None, None)),
    ]
    plan = assemble(prepared, RULES, Options(), placed)
    assert {each.practice_codes: each.today for each in plan.networks} == {
        ("A", "B"): PresentNetwork("U1", "Bay PCN"),
        ("C", "D"): None,
        ("E",): PresentNetwork("U3", "U3"),
    }


def test_stages_in_order() -> None:
    """Reading, placing, drawing, each announced before it begins."""
    stages: list[str] = []
    prepare(Inputs("-"), RULES, stdin=io.BytesIO(ROWS.encode()), on_stage=stages.append)
    assert stages == ["reading", "placing", "drawing territories"]


def test_areas_are_prepared_apart(prepared: Prepared) -> None:
    """Areas in order, their practices in order of code, no edge between them."""
    assert prepared.areas == {"X y": ["C", "D", "E"], "x/y": ["A", "B"]}
    assert {frozenset(edge) for edge in prepared.graph.edges} == {
        frozenset("AB"), frozenset("CD"), frozenset("DE"),
    }  # fmt: skip
    assert prepared.graph.edges["A", "B"]["kind"] == "site"


def test_places_are_whole_metres() -> None:
    """Territories, travel and maps stand on the same ground."""
    listed = "code,postcode,list_size,easting,northing\nA,LS11 8LH,1,420000.4,430000.6\n"
    places = _prepared(listed, area_column=None).places
    assert (places.easting.tolist(), places.northing.tolist()) == ([420000.0], [430001.0])


def test_faults_of_the_list_are_input_errors() -> None:
    """Whatever is wrong with the list is said with its row."""
    with pytest.raises(InputError, match="row 2"):
        _prepared("code,postcode,list_size\nA,LS11 8LH,none\n", area_column=None)


def test_ids_names_hubs_and_terms(prepared: Prepared) -> None:
    """Ids are fit for files and differ beyond case; names are of hubs, and told apart where alike."""
    plan = assemble(
        prepared,
        RULES,
        Options(),
        [_outcome("X y", Placed(("C",)), Placed(("D",)), OVER), _outcome("x/y", Placed(("A", "B")))],
    )
    assert [network.network_id for network in plan.networks] == ["X-y-01", "X-y-02", "X-y-03", "x-y-2-01"]
    assert [network.name for network in plan.networks] == [
        "Twin (C)", "twin (D)", "Far", "The Surgery at King's Heath",
    ]  # fmt: skip
    together = plan.networks[-1]
    assert (together.hub_code, together.list_size, together.minutes_to_hub) == ("A", 35_000, (0.0, 0.0))
    # One site: nobody travels.
    assert together.terms["patient_travel"] == 0.0
    assert together.terms["overhead"] == 31.0
    assert plan.areas[1].cost == pytest.approx(sum(together.terms.values()))
    assert plan.provenance["input"] == "-"
    assert plan.provenance["workers"] == 1


def test_a_plan_is_chosen_audited_and_drawn(prepared: Prepared) -> None:
    """The true solver's plan passes the audit, and its polygons hold its practices."""
    plan = make_plan(prepared, RULES, Options(), plan_areas)
    assert plan.status == "optimal"
    assert [network.practice_codes for network in plan.networks] == [("C", "D"), ("E",), ("A", "B")]
    result = draw(prepared, RULES, plan)
    assert set(result.boundaries) == {network.network_id for network in plan.networks}
    assert "min = 30000" in result.rules_toml


def test_an_area_without_a_plan_is_unplaced_and_the_rest_drawn(prepared: Prepared) -> None:
    """Its practices are listed with the reason, and no polygon takes their ground."""
    outcomes = [unplanned("X y", ["C", "D", "E"], "Time ran out."), _outcome("x/y", Placed(("A", "B")))]
    plan = make_plan(prepared, RULES, Options(), _choosing(outcomes))
    assert [(each.practice_code, each.reason) for each in plan.unplaced] == [
        (code, "Time ran out.") for code in "CDE"
    ]
    assert (plan.status, plan.cost, plan.bound) == ("unknown", None, None)
    assert list(draw(prepared, RULES, plan).boundaries) == ["x-y-2-01"]


@pytest.mark.parametrize(
    ("north", "words"),
    [
        (_outcome("x/y", Placed(("A",), "arithmetic", "Too few.")), "B is in no network"),
        (_outcome("x/y", Placed(("A", "B")), Placed(("B",), "island", "Why.")), "B is placed 2 times"),
        (_outcome("x/y", Placed(("A",)), Placed(("B",))), "names no exception"),
        (
            replace(
                _outcome("x/y", Placed(("A", "B"))),
                result=AreaResult("x/y", "optimal", 1.0, 1.0, 2, 1, 7),
            ),
            "does not meet its cost",
        ),
        (
            replace(
                _outcome("x/y", Placed(("A", "B"))),
                result=AreaResult("x/y", "feasible", 1.0, 999.0, 2, 1, 7),
            ),
            "bound 999.0 is above cost",
        ),
    ],
)
def test_a_lying_solver_is_refused(prepared: Prepared, north: AreaOutcome, words: str) -> None:
    """What the solver says is believed only as far as the audit can follow."""
    outcomes = [_outcome("X y", Placed(("C", "D")), OVER), north]
    with pytest.raises(AuditError, match=words):
        make_plan(prepared, RULES, Options(), _choosing(outcomes))


def test_a_network_that_hangs_on_nothing_is_refused(prepared: Prepared) -> None:
    """C and E do not touch: D lies between them."""
    rules = replace(RULES, least=10_000, most=90_000, exception_most=90_000)
    outcomes = [
        _outcome("X y", Placed(("C", "E")), Placed(("D",))),
        _outcome("x/y", Placed(("A", "B"))),
    ]
    with pytest.raises(AuditError, match="not contiguous"):
        make_plan(prepared, rules, Options(), _choosing(outcomes))


def test_survey_by_hand(prepared: Prepared) -> None:
    """Places, sites, edges, parts and candidates of the five practices, counted on the map above."""
    survey = take_survey(prepared, RULES)
    assert dict(survey.quality) == {"list": 5}
    assert survey.shared_sites == (("A", "B"),)
    assert dict(survey.edges) == {"border": 2, "site": 1}
    assert survey.alone == ()
    east, west = survey.areas
    assert (east.practices, east.patients, east.oversize) == (3, 96_000, ("E",))
    # Without E, C and D are left: 45,000 patients, one network. C alone and C with D are inside the band.
    assert [(part.practice_codes, part.fewest, part.most) for part in east.parts] == [(("C", "D"), 1, 1)]
    assert (east.fewest, east.most, east.candidates) == (2, 2, 2)
    assert [obstacle.reason for obstacle in east.obstacles] == ["over_max_single_practice"]
    assert (west.candidates, west.obstacles) == (1, ())


def test_survey_gives_up_counting(prepared: Prepared) -> None:
    """Too many groups to count are said to be so, not counted wrong."""
    assert take_survey(prepared, RULES, most_counted=1).areas[0].candidates is None


def test_paths_in_the_provenance_are_names(tmp_path: Path) -> None:
    """The folders of a user's machine are nobody else's business."""
    path = tmp_path / "list.csv"
    path.write_text(ROWS)
    prepared = prepare(Inputs(str(path), "area"), RULES)
    outcomes = [unplanned(area, codes, "Not planned.") for area, codes in prepared.areas.items()]
    assert assemble(prepared, RULES, Options(), outcomes).provenance["input"] == "list.csv"


def test_a_network_that_lies_inside_another_is_named() -> None:
    """Nine practices on a board, 1.5 km from each other: eight are the rim, and the ninth has no way out but theirs."""
    rows = ["code,list_size,easting,northing"]
    rows += [f"P{r}{c},4500,{428_000 + 1_500 * c},{432_000 + 1_500 * r}" for r in range(3) for c in range(3)]
    prepared = _prepared("\n".join(rows), area_column=None)
    rim = tuple(code for code in prepared.practices.codes if code != "P11")
    said = (
        "Network PCN-02 lies wholly inside network PCN-01: every way from it to the edge of the area leads through "
        "PCN-01."
    )
    plan = assemble(prepared, RULES, Options(), [_outcome("", Placed(rim), Placed(("P11",)))])
    assert said in plan.areas[0].notes
    halves = _outcome("", Placed(rim[:4]), Placed(rim[4:]), Placed(("P11",)))
    assert not [
        note for note in assemble(prepared, RULES, Options(), [halves]).areas[0].notes if "inside" in note
    ]
