"""Networks and neighbourhoods in words: where the patients of each live."""

from __future__ import annotations

from netform.plan.model import Network
from netform.report.alignment import alignment_rows, alignment_sentences


def _network(name: str, *codes: str) -> Network:
    return Network(
        network_id=name, name="", area="", practice_codes=codes, list_size=1000, hub_code=codes[0],
        minutes_to_hub=(0.0,) * len(codes), exception=None, explanation=None, terms={},
    )  # fmt: skip


def test_outside_every_neighbourhood_is_nobodys_main_one() -> None:
    """All 500 patients of B live outside: they have a share of 0 and are named, as the 100 of A are."""
    living = {"A": {"Hill": 900.0, "": 100.0}, "B": {"": 500.0}}
    rows = alignment_rows([_network("1", "A"), _network("2", "B")], living)
    assert [(row.main, row.share, row.outside) for row in rows] == [("Hill", 0.9, 100.0), ("", 0.0, 500.0)]
    assert [row.other_words for row in rows] == ["outside all 100", "outside all 500"]
    # 900 of 1,500.
    assert alignment_sentences(rows)[0] == (
        "60% of the patients live in the main neighbourhood of their network, and 600 do not."
    )
