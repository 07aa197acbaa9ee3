"""Planning one task: choose, audit, and say what came of it. Any process that has netform can do it."""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from netform import __version__
from netform.errors import AuditError, ImpossibleError, NetformError, NoPlanError, RulesError
from netform.export.rounding import rounded
from netform.pipeline import make_plan
from netform.rules.toml import rules_toml
from netform.solve.area import Options
from netform.solve.workers import plan_areas
from netform.sweep.results import result_bytes

if TYPE_CHECKING:
    from netform.plan.model import Plan
    from netform.prepared import Prepared
    from netform.rules.model import Rules
    from netform.sweep.tasks import Task

__all__ = ["Order", "order_of", "plan_task", "tried"]


# A defect is told of in so many characters.
MOST_SAID = 500


@dataclass(frozen=True, slots=True)
class Order:
    """A task as it is sent to a worker, besides its ground.

    Attributes
    ----------
    key, area : str
    rules : Rules
    time_limit : float
        Seconds.
    netform : str
        The version that asks.
    """

    key: str
    area: str
    rules: Rules
    time_limit: float
    netform: str = __version__


def order_of(task: Task, time_limit: float) -> Order:
    """Make the order of a task."""
    return Order(task.key, task.area, task.rules, time_limit)


def tried(ground: bytes, order: Order) -> bytes | NetformError:
    """Do `plan_task` where its failures have to travel: given back, not raised, and without what cannot be sent.

    Parameters
    ----------
    ground : bytes
    order : Order

    Returns
    -------
    bytes or NetformError
        The result, or why there is none: an `AuditError` for a defect of netform, and a `NoPlanError` otherwise.
    """
    try:
        return plan_task(ground, order)
    except AuditError as error:
        return AuditError(str(error))
    except NetformError as error:
        return NoPlanError(str(error))
    except MemoryError:
        return NoPlanError("its worker ran out of memory. Give workers more of it, or narrow the band.")
    except Exception as error:  # noqa: BLE001 (the last stop before another machine)
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        return AuditError(f"a defect of netform ({what[:MOST_SAID]}).")


def plan_task(ground: bytes, order: Order) -> bytes:
    """Plan and audit one area under one scenario.

    Parameters
    ----------
    ground : bytes
        A pickled `Prepared` of the area alone.
    order : Order

    Returns
    -------
    bytes
        The result as it is kept (`netform.sweep.results`): the same bytes wherever it is made, when it is proven.

    Raises
    ------
    AuditError
        The plan does not hold what it says: a defect of netform.
    RulesError
        This is another version of netform than the one that asks.
    """
    if order.netform != __version__:
        raise RulesError(
            f"a worker has netform {__version__}, and the sweep is run by netform {order.netform}: "
            "install the same on both."
        )
    prepared: Prepared = pickle.loads(ground)  # noqa: S301 (written by netform, for its own workers)
    choose: Any = partial(plan_areas, time_limit=order.time_limit)
    found: dict[str, Any]
    try:
        plan = make_plan(prepared, order.rules, Options(workers=1), choose)
    except (ImpossibleError, RulesError) as error:
        # A number of networks, or a demand, that this area cannot keep: proven, and an answer like another.
        found = {"status": "infeasible", "reason": str(error)}
    except NoPlanError as error:
        found = {"status": "unknown", "reason": str(error)}
    else:
        found = _found(plan)
    return result_bytes(
        {
            "key": order.key,
            "netform": __version__,
            "area": order.area,
            "rules": rules_toml(order.rules),
            "practices": len(prepared.practices),
            "patients": prepared.practices.list_size,
            **found,
        },
        time_limit=order.time_limit,
    )


def _found(plan: Plan) -> dict[str, Any]:
    """Say what a plan of one area comes to, without what differs from run to run.

    Explanations of exceptions are not in it: how long their remedies are looked for depends on the clock.
    """
    (area,) = plan.areas
    terms = list(dict.fromkeys(term for network in plan.networks for term in network.terms))
    return {
        "status": area.status,
        "reason": "" if plan.networks else area.method,
        "cost": rounded(area.cost),
        "bound": rounded(area.bound),
        "candidates": area.candidates,
        "method": area.method,
        "terms": {
            term: rounded(math.fsum(network.terms[term] for network in plan.networks)) for term in terms
        },
        "networks": [
            {
                "practice_codes": list(network.practice_codes),
                "list_size": network.list_size,
                "hub_code": network.hub_code,
                "exception": network.exception,
                "terms": {term: rounded(hours) for term, hours in network.terms.items()},
            }
            for network in plan.networks
        ],
        "unplaced": [each.practice_code for each in plan.unplaced],
    }
