"""Questions are the same for the same seed, connected, and have an answer; the fixed cases are those published."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from netform.rules.toml import read_rules
from scripts.benchmarking.cases import made_up_list, shared_data
from scripts.benchmarking.fixed import SUITES, fixed_questions, shared_cases
from scripts.benchmarking.pieces import draw_piece, site_graph
from scripts.benchmarking.questions import command_line, describe, fingerprint, prepare_question, rules_of
from scripts.benchmarking.unseen import DrawParams, draw_question, read_england

if TYPE_CHECKING:
    from pathlib import Path

# A county of 90 practices, with pieces that fit into it and every demand made.
SMALL = DrawParams(
    practices=(30, 50),
    many=(60, 80),
    bands=((30_000, 50_000),),
    networks_share=1.0,
    pins_share=1.0,
    together_share=1.0,
    apart_share=1.0,
    starts=2,
)


@pytest.fixture(scope="module")
def county() -> pd.DataFrame:
    """A made-up county of 90 practices, 5 to a network."""
    table = made_up_list(90, 5.0)
    table.insert(2, "postcode", "")
    return table


def test_same_seed_gives_the_same_question(county: pd.DataFrame, tmp_path: Path) -> None:
    """Files and demands are equal in two folders; another number gives another question."""
    sites = site_graph(county)
    one, same, other = (
        draw_question(county, sites, 3, number, tmp_path / name, 60.0, SMALL)
        for number, name in ((1, "one"), (1, "same"), (2, "other"))
    )
    assert fingerprint(one) == fingerprint(same)
    assert describe(one) == describe(same)
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("seed", range(3))
def test_drawn_piece_is_connected(county: pd.DataFrame, seed: int) -> None:
    """A piece has the practices asked for, in one part of the graph of sites."""
    sites = site_graph(county)
    piece = draw_piece(sites, county, 40, np.random.default_rng(seed))
    assert len(set(piece)) == 40
    assert nx.is_connected(sites.subgraph(piece))


def test_practices_of_one_site_are_neighbours() -> None:
    """Two of five practices share a site: they are joined, and the other stays connected through them."""
    table = pd.DataFrame({"easting": [0, 0, 1000, 0, 1000], "northing": [0, 0, 0, 1000, 1000]})
    graph = site_graph(table)
    assert graph.has_edge(0, 1)
    assert nx.is_connected(graph)
    assert not list(nx.selfloop_edges(graph))


def test_question_is_one_piece_for_netform(county: pd.DataFrame, tmp_path: Path) -> None:
    """The graph of the question as netform has it is connected, and its demands are rules that netform reads."""
    question = draw_question(county, site_graph(county), 1, 1, tmp_path / "q", 60.0, SMALL)
    graph = prepare_question(question).graph
    assert nx.is_connected(graph)
    assert len(graph) == question.practices
    demands = read_rules(tmp_path / "q" / "rules.toml").demands
    assert demands.pins
    assert len(demands.pins) + len(demands.together) + len(demands.apart) == len(question.demands)
    assert question.planted is not None
    assert (rules_of(question).least, rules_of(question).most) == (30_000, 50_000)


def test_command_can_be_run_by_hand(county: pd.DataFrame, tmp_path: Path) -> None:
    """The line beside a question has its files as seen from its folder, and its options."""
    question = draw_question(county, site_graph(county), 1, 1, tmp_path / "q", 20.0, SMALL)
    words = command_line(question, 0.5)
    assert words[:3] == ["netform", "solve", "practices.csv"]
    options = dict(zip(words[3::2], words[4::2], strict=False))
    assert options["--rules"] == "rules.toml"
    assert options["--memory"] == "0.5"
    assert options["--time-limit"] == "20"
    assert options["--networks"] == str(question.networks)
    described = describe(question, 0.5)
    assert json.loads((tmp_path / "q" / "question.json").read_text(encoding="utf-8"))["name"] == "1-1"
    assert "folder" not in described
    assert (tmp_path / "q" / "command.txt").read_text(encoding="utf-8").split() == words


@pytest.mark.real
def test_england_gives_questions_of_both_sizes(tmp_path: Path) -> None:
    """A drawn piece of the real list has 30 to 400 practices and weights that are halved, doubled or as they were."""
    data = shared_data()
    if data is None:
        pytest.skip("the real lists are not there; set NETFORM_SHARED_DATA to their folder")
    table = read_england(data)
    question = draw_question(table, site_graph(table), 1, 8, tmp_path / "q", 60.0)
    assert 30 <= question.practices <= 400
    weights = tomllib.loads((tmp_path / "q" / "rules.toml").read_text(encoding="utf-8"))["weights"]
    assert set(weights.values()) <= {0.5, 1, 2}


@pytest.mark.real
def test_fixed_cases_have_their_files(tmp_path: Path) -> None:
    """Every case's files are there, and the band holds the published number of networks on average."""
    cases = shared_cases()
    if cases is None:
        pytest.skip("the cases are not there; set NETFORM_SHARED_CASES to their folder")
    questions = {question.name: question for question in fixed_questions(SUITES, cases, tmp_path)}
    for name, networks in {"IA": 4, "LA": 6, "WV": 3, "OR": 5, "hsma": 5}.items():
        question = questions[name]
        assert question.least <= question.patients / networks <= question.most
        assert (tmp_path / name / question.practices_file).is_file()
    assert questions["city"].seconds == 600
