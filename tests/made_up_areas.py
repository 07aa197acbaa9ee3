"""A made-up list of two areas, with a file of everything that may stand beside a list."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from netform.prepared import Inputs
from netform.preparing import prepare
from netform.rules.toml import load_profile

if TYPE_CHECKING:
    from pathlib import Path

    from netform.prepared import Prepared

__all__ = ["ROWS", "two_areas"]

# Two rows of sites 3 km apart, North above South, so that each claims some of the other's ground; N5 is on the ground
# of nobody, and S2 has a branch among the practices of the North.
ROWS = """\
code,name,postcode,list_size,area,easting,northing,pcn_code,pcn_name,side
N1,A,LS11 8LH,16000,North,420000,433000,U1,NORTH END PCN,west
N2,B,LS11 8LH,17000,North,423100,433400,U1,NORTH END PCN,west
N3,C,LS11 8LH,15000,North,426000,433000,U2,,east
N4,D,LS11 8LH,20000,North,429300,432700,U2,,east
N5,E,LS11 8LH,1000,North,420500,433000,U1,NORTH END PCN,west
S1,F,LS11 8LH,18000,South,420000,430000,U3,THE MILL,west
S2,G,LS11 8LH,14000,South,423000,430300,U3,THE MILL,west
S3,H,LS11 8LH,19000,South,426100,430000,U4,Lower,east
S4,I,LS11 8LH,18000,South,429000,430100,U4,Lower,
"""

_FILES = {
    "branches.csv": "practice_code,branch_code,branch_name,easting,northing\nS2,S2B,AT THE MILL,424500,431800\n",
    "travel.csv": "from,to,minutes\nN1,N2,9.5\nS1,S2,11\nN1,S1,7\nS3,S4,13.25\n",
    "places.csv": "practice_code,neighbourhood\nN1,Upper\nN2,Upper\nN3,Upper\nN4,Upper\n"
    "S1,Lower\nS2,Lower\nS3,Lower\nS4,Upper\n",
}


def two_areas(folder: Path, rows: str = ROWS) -> Prepared:
    """Prepare the list, with its files in a folder.

    Parameters
    ----------
    folder : Path
    rows : str
        The list as CSV.
    """
    for name, text in _FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    inputs = Inputs(
        "-",
        "area",
        branches=folder / "branches.csv",
        travel=folder / "travel.csv",
        neighbourhoods=(folder / "places.csv",),
        soft_columns=("side",),
        nowhere=("N5=N1",),
    )
    return prepare(inputs, load_profile(), stdin=io.BytesIO(rows.encode()))
