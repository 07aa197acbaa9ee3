"""Names of present networks that do not fit their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netform.practices.values import some_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from netform.practices.model import Practice

__all__ = ["network_name_notes"]


def network_name_notes(practices: Sequence[Practice], columns: Collection[str]) -> list[str]:
    """Say where one code has several names, one name several codes, or a name has no code.

    Names that differ only in case are one.

    Parameters
    ----------
    practices : sequence of Practice
    columns : collection of str
        The fields that the list has.
    """
    if "pcn_name" not in columns:
        return []
    if "pcn_code" not in columns:
        return [
            "The list names present networks but has no codes of them: their names stand in place of codes."
        ]
    names: dict[str, dict[str, str]] = {}
    codes: dict[str, dict[str, str]] = {}
    for practice in practices:
        if practice.pcn_code and practice.pcn_name:
            folded = practice.pcn_name.casefold()
            names.setdefault(practice.pcn_code, {}).setdefault(folded, practice.pcn_name)
            codes.setdefault(folded, {}).setdefault(practice.pcn_code, practice.pcn_name)
    several = [
        f"{code} ({', '.join(said.values())})" for code, said in sorted(names.items()) if len(said) > 1
    ]
    twice = [
        f"{min(said.values())} ({', '.join(sorted(said))})"
        for _, said in sorted(codes.items())
        if len(said) > 1
    ]
    without = [each.code for each in practices if each.pcn_name and not each.pcn_code]
    notes = []
    if several:
        notes.append(
            f"Present networks with several names, of which that of the most patients is shown: {some_of(several)}."
        )
    if twice:
        notes.append(
            f"Names that several present networks share, which stay apart by their codes: {some_of(twice)}."
        )
    if without:
        notes.append(
            "Practices with the name of a present network and not its code were taken as in none: "
            f"{some_of(without)}."
        )
    return notes
