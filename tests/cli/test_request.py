"""What commands are asked: the fields of a request are the parameters that click reads."""

from __future__ import annotations

from dataclasses import fields

import pytest

from netform.cli.main import cli
from netform.cli.request import (
    AREA_BAND,
    AlternativesRequest,
    CheckRequest,
    CompareRequest,
    FrontRequest,
    ListRequest,
    PracticesRequest,
    ReportRequest,
    RoadsRequest,
    ScoreRequest,
    ServeRequest,
    SolveRequest,
    SweepRequest,
)
from netform.rules.table import DEMAND_RULES

REQUESTS = {
    "solve": SolveRequest,
    "check": CheckRequest,
    "practices": PracticesRequest,
    "report": ReportRequest,
    "score": ScoreRequest,
    "compare": CompareRequest,
    "front": FrontRequest,
    "alternatives": AlternativesRequest,
    "sweep": SweepRequest,
    "serve": ServeRequest,
    "roads": RoadsRequest,
}
DEMANDS = {*(rule.key for rule in DEMAND_RULES), AREA_BAND}


@pytest.mark.parametrize("command", REQUESTS)
def test_a_request_has_what_its_command_reads(command: str) -> None:
    """Nothing that is read is lost, and nothing is asked for that is not read; strict may be left at its default."""
    read = {param.name for param in cli.commands[command].params}
    known = {field.name for field in fields(REQUESTS[command])}
    assert read - DEMANDS <= known
    assert known - read <= {"demands", "strict"}


def test_every_demand_is_an_option_of_every_command_on_a_list() -> None:
    """But for the number of networks, which is asked where networks are formed."""
    for command, request in REQUESTS.items():
        if issubclass(request, ListRequest):
            read = {param.name for param in cli.commands[command].params}
            assert DEMANDS - read <= {"networks"}


def test_values_are_given_back() -> None:
    """Demands stand in a mapping of their own, and are found by the same name."""
    given = {param.name: None for param in cli.commands["check"].params}
    request = CheckRequest.of(given | {"practices": "list.csv", "pin": ("A,B",)})
    assert (request.value("practices"), request.value("pin"), request.value("area")) == (
        "list.csv",
        ("A,B",),
        None,
    )
    with pytest.raises(TypeError):
        request.demands["pin"] = ()  # type: ignore[index]
