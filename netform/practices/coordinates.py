"""Coordinates as numbers: whether they can be in Great Britain, and the slips that explain why not."""

from __future__ import annotations

from netform.practices.values import CellError

__all__ = ["check_degrees", "check_grid"]

# Metres on the British National Grid. The land of Great Britain spans eastings 80,000-656,000 (Scilly aside,
# St Kilda 9,000) and northings 5,000-1,220,000; Calais begins at easting 665,000, Cherbourg lies below 0.
_GRID_EAST = (5_000.0, 660_000.0)
_GRID_NORTH = (5_000.0, 1_222_000.0)
# Ireland lies inside those limits: west of Galloway (195,000) and south of Kintyre (606,000) it is the north,
# west of Pembrokeshire (168,000) and north of Cornwall (100,000) the republic.
_IRELAND = ((190_000.0, 440_000.0, 605_000.0), (160_000.0, 110_000.0, 440_000.0))
# The Isle of Man, with the sea around it.
_MAN = (205_000.0, 260_000.0), (455_000.0, 515_000.0)
# The North Sea: between two northings the land ends west of an easting (Mablethorpe, Spurn, Hartlepool, Peterhead and
# North Ronaldsay, Out Skerries).
_NORTH_SEA = (
    (350_000.0, 400_000.0, 565_000.0),
    (400_000.0, 530_000.0, 550_000.0),
    (530_000.0, 660_000.0, 460_000.0),
    (660_000.0, 1_080_000.0, 420_000.0),
    (1_080_000.0, 1_222_000.0, 475_000.0),
)
# Degrees that hold the same land.
_LATITUDE = (49.8, 60.9)
_LONGITUDE = (-8.7, 1.8)

_OUTSIDE = "this place is outside Great Britain"
_CHECK = "Check the coordinates, or leave them blank to use the postcode"


def check_grid(easting: float, northing: float) -> None:
    """Refuse an easting and northing that cannot be a practice in Great Britain.

    Parameters
    ----------
    easting, northing : float
        Metres on the British National Grid (EPSG:27700).

    Raises
    ------
    CellError
        When they are 0/0, degrees, exchanged, or outside Great Britain.
    """
    if easting == 0 and northing == 0:
        raise CellError("easting and northing are both 0, which marks a place not known", _CHECK)
    if abs(easting) <= 180 and abs(northing) <= 180:
        raise CellError(
            "easting and northing hold degrees",
            "Name the columns latitude and longitude, or give metres on the British National Grid",
        )
    if not _on_land_grid(easting, northing):
        if northing <= _GRID_EAST[1] < easting:
            raise CellError("easting and northing seem to be exchanged", "Check which column is which")
        raise CellError(_OUTSIDE, _CHECK)


def _on_land_grid(easting: float, northing: float) -> bool:
    inside = _GRID_EAST[0] <= easting <= _GRID_EAST[1] and _GRID_NORTH[0] <= northing <= _GRID_NORTH[1]
    abroad = any(easting < west and low < northing < high for west, low, high in _IRELAND)
    abroad |= _within(easting, _MAN[0]) and _within(northing, _MAN[1])
    at_sea = any(low < northing < high and easting > east for low, high, east in _NORTH_SEA)
    return inside and not abroad and not at_sea


def check_degrees(latitude: float, longitude: float) -> None:
    """Refuse a latitude and longitude that cannot be a practice in Great Britain.

    Parameters
    ----------
    latitude, longitude : float
        WGS 84 degrees.

    Raises
    ------
    CellError
        When they are 0/0, metres, exchanged, or outside Great Britain.
    """
    if latitude == 0 and longitude == 0:
        raise CellError("latitude and longitude are both 0, which marks a place not known", _CHECK)
    if _within(latitude, _LATITUDE) and _within(longitude, _LONGITUDE):
        return
    if _within(longitude, _LATITUDE) and _within(latitude, _LONGITUDE):
        raise CellError("latitude and longitude are exchanged", "Exchange the two columns")
    if abs(latitude) > 180 or abs(longitude) > 180:
        raise CellError(
            "latitude and longitude do not hold degrees",
            "Name the columns easting and northing if they hold metres on the British National Grid",
        )
    raise CellError(_OUTSIDE, _CHECK)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
