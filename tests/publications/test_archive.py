"""Files inside files: a publisher's ZIP, gzip, and what is no archive; never more than memory holds."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from netform.errors import InputError
from netform.publications import archive
from netform.publications.archive import members_of, open_member
from tests.publications.made_up import zipped


def test_all_files_of_an_archive_are_given_by_name() -> None:
    """But for folders, empty files, and what macOS adds."""
    packed = zipped(
        {"in/a.csv": "a,b\n", "b.csv": "c\n", "__MACOSX/a.csv": "x", "empty.csv": "", "folder/": ""}
    )
    assert list(members_of(packed, "x.zip")) == [("x.zip, in/a.csv", b"a,b\n"), ("x.zip, b.csv", b"c\n")]
    assert list(members_of(gzip.compress(b"a,b\n"), "x.gz")) == [("x.gz", b"a,b\n")]
    assert list(members_of(b"a,b\n", "x.csv")) == [("x.csv", b"a,b\n")]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"PK\x03\x04" + b"0" * 64, "damaged archive"),
        (zipped({"folder/": ""}), "nothing in it"),
        (zipped({f"{n}.csv": "a" for n in range(51)}), "archive of 51 files"),
        (gzip.compress(b"a,b\n" * 99, mtime=0)[:-9], "damaged gzip file"),
        (b"\x1f\x8bx", "damaged gzip file"),
    ],
    ids=["damaged", "empty", "many", "short", "no gzip"],
)
def test_archives_that_cannot_be_used(data: bytes, problem: str) -> None:
    """Each is refused with a reason."""
    with pytest.raises(InputError, match=problem):
        list(members_of(data, "x"))


def test_an_archive_that_would_fill_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """All members together count, whatever the archive says of their sizes."""
    monkeypatch.setattr(archive, "MAX_BYTES", 10_000)
    list(members_of(zipped({"a": "x" * 6_000}), "x"))
    for data in (zipped({"a": "x" * 6_000, "b": "x" * 6_000}), gzip.compress(b"x" * 20_000)):
        with pytest.raises(InputError, match="unfolds to more than"):
            list(members_of(data, "x"))


def test_a_protected_member_is_refused() -> None:
    """The first bit of its flags says so."""
    packed = bytearray(zipped({"a.csv": "a"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(signature) + offset] |= 1
    with pytest.raises(InputError, match="password"):
        list(members_of(bytes(packed), "x"))


def test_a_member_is_opened_by_how_it_begins() -> None:
    """And read in pieces; none where no member is wanted, or there is no archive."""
    packed = io.BytesIO(zipped({"a.csv": "no", "b.csv": "yes,1\n"}))
    opened = open_member(packed, lambda head: head.startswith(b"yes"))
    assert opened is not None
    assert opened.read() == b"yes,1\n"
    assert open_member(packed, lambda _: False) is None
    assert open_member(io.BytesIO(b"PK\x03\x04"), lambda _: True) is None
    assert zipfile.is_zipfile(packed)


def test_gzip_files_one_behind_the_other_are_one_text() -> None:
    """As tools that pack in pieces write them; zeros may pad them, and anything else is damage."""
    packed = gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n")
    assert list(members_of(packed + b"\0" * 9, "x.gz")) == [("x.gz", b"a,b\n1,2\n3,4\n")]
    with pytest.raises(InputError, match="damaged gzip file"):
        list(members_of(packed + b"more", "x.gz"))


def test_a_member_with_another_digest_than_its_archive_says_is_refused() -> None:
    """A 9 in place of a 1 would be another list size, and nothing else would tell."""
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archived:
        archived.writestr("a.csv", "A1,1000")
    with pytest.raises(InputError, match=r"a\.csv in it is damaged"):
        list(members_of(stored.getvalue().replace(b"A1,1000", b"A1,9000"), "x.zip"))


def test_a_member_packed_in_a_strange_way_is_passed_over() -> None:
    """Deflate64, as Windows packs what is large, is number 9, and Python cannot unpack it."""
    packed = bytearray(zipped({"a.csv": "yes"}))
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        packed[packed.index(signature) + offset] = 9
    assert open_member(io.BytesIO(bytes(packed)), lambda _: True) is None
