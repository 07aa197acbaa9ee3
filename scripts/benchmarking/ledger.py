"""What was asked and answered, kept question by question, and the best that any answer ever showed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Ledger"]

SCHEMA = "netform/questions/1"


@dataclass(slots=True)
class Ledger:
    """Records by question, in a JSON file that is written after each answer.

    A record has ``question`` and ``fingerprint``, ``netform`` (a run, with the ``code`` that gave it), ``peers`` by
    name, and ``known``: the fewest exceptions any answer had, and the least cost among those. Answers of earlier code
    make way for later ones; what they showed to be possible stays known.

    Attributes
    ----------
    path : Path
    records : dict
        By the name of a question.
    """

    path: Path
    records: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Read a ledger; one that is not there is empty.

        Raises
        ------
        ValueError
            The file is something else.
        """
        if not path.is_file():
            return cls(path, {})
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.get("schema") != SCHEMA:
            raise ValueError(f"{path} is no {SCHEMA}; name another folder with -o")
        return cls(path, data["records"])

    def open(self, described: dict[str, Any], fingerprint: str) -> dict[str, Any]:
        """Give the record of a question, begun anew if another question had its name."""
        name = described["name"]
        record = self.records.get(name)
        if record is None or record["fingerprint"] != fingerprint:
            record = {"fingerprint": fingerprint, "netform": None, "peers": {}, "known": None}
            self.records[name] = record
        record["question"] = described
        if described["planted"] is not None:
            self._learn(record, described["planted"], None)
        return record

    def keep_netform(self, name: str, run: dict[str, Any]) -> None:
        """Keep netform's answer to a question, and write the file."""
        record = self.records[name]
        record["netform"] = run
        self._learn(record, run["exceptions"], run["cost"])
        self.write()

    def keep_peer(self, name: str, peer: dict[str, Any]) -> None:
        """Keep a peer's answer to a question, and write the file."""
        record = self.records[name]
        record["peers"][peer["method"]] = peer
        self._learn(record, peer["exceptions"], peer["cost"])
        self.write()

    def write(self) -> None:
        """Write the file so that a stopped run leaves the old one or the new one."""
        data = {"schema": SCHEMA, "records": self.records}
        beside = self.path.with_suffix(".tmp")
        beside.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        beside.replace(self.path)

    @staticmethod
    def _learn(record: dict[str, Any], exceptions: int | None, cost: float | None) -> None:
        """Take a plan into what is known: fewer exceptions first, then a lower cost."""
        known = record["known"]
        if exceptions is None:
            return
        if known is None or exceptions < known["exceptions"]:
            record["known"] = {"exceptions": exceptions, "cost": cost}
        elif exceptions == known["exceptions"] and cost is not None:
            known["cost"] = cost if known["cost"] is None else min(cost, known["cost"])
