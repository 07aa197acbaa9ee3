"""Rules: profiles, files over them, and every fault of a file at once."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netform.errors import RulesError
from netform.rules.model import TERM_NAMES, Role, Rules
from netform.rules.toml import DEFAULT_PROFILE, load_profile, profile_names, read_rules, rules_toml
from tests.examples import examples
from tests.strategies import rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Written = Callable[[str | bytes], Path]

DEFAULT = load_profile()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a rules file and give its path."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "rules.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def _problems(path: Path) -> list[str]:
    with pytest.raises(RulesError) as caught:
        read_rules(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_loads_and_gives_its_sources(name: str) -> None:
    """A profile is complete, is called as its file, and says where each ratio comes from."""
    profile = load_profile(name)

    assert profile.profile == name
    assert (profile.least, profile.most, profile.exception_most) == (30_000, 50_000, 59_999)
    assert tuple(term for term, _ in profile.weights) == TERM_NAMES
    assert profile.roles
    assert all(role.source for role in profile.roles)
    # What depends on columns that a list may lack is shown, and counts only when it is asked for.
    counted = {name for name, weight in profile.weights if weight}
    assert counted == {"patient_travel", "staff_travel", "stranded_posts", "overhead", "balance"}


def test_the_default_profile_is_there() -> None:
    """The name used when none is given names a profile."""
    assert DEFAULT_PROFILE in profile_names()
    assert DEFAULT.profile == DEFAULT_PROFILE


def test_an_unknown_profile_is_answered_with_the_nearest(written: Written) -> None:
    """Both from a program and from a file."""
    with pytest.raises(RulesError, match="Did you mean 'fyfv-2017'"):
        load_profile("fyfv-2016")
    with pytest.raises(RulesError, match="Did you mean 'arrs-2025'"):
        read_rules(written('profile = "arrs2025"\n'))


def test_an_empty_file_is_the_default_profile(written: Written) -> None:
    """What a file leaves out comes from the profile: here, everything."""
    assert read_rules(written("# nothing to change\n")) == DEFAULT


def test_a_partial_file_lies_over_the_profile_it_names(written: Written) -> None:
    """Only what the file says changes; weights one by one, roles as a whole."""
    path = written(
        b'\xef\xbb\xbfprofile = "arrs-2025"\n[overhead]\nhours_week = 40\n[weights]\nbalance = 0.5\n'
        b'[[roles]]\nname = "nurse"\npatients_per_post = 9000\n'
    )
    profile = load_profile("arrs-2025")

    assert read_rules(path) == replace(
        profile,
        overhead_hours_week=40.0,
        weights=tuple((name, 0.5 if name == "balance" else old) for name, old in profile.weights),
        roles=(Role("nurse", 9000.0, ""),),
    )


def test_the_largest_exception_moves_with_the_band_unless_it_is_given(written: Written) -> None:
    """Below two networks of the least size, and never below the most."""
    # 2 * 20,000 - 1 = 39,999; 2 * 10,000 - 1 = 19,999 is below the most, 50,000.
    assert read_rules(written("[band]\nmin = 20000\nmax = 35000\n")).exception_most == 39_999
    assert read_rules(written("[band]\nmin = 10000\n")).exception_most == 50_000
    assert read_rules(written("[band]\nmin = 20000\nexception_max = 70000\n")).exception_most == 70_000


@given(rules())
@examples(150)
def test_rules_are_read_back_from_what_is_written(
    tmp_path_factory: pytest.TempPathFactory, drawn: Rules
) -> None:
    """Any rules, written as TOML, are read back to the last digit."""
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    path.write_text(rules_toml(drawn), encoding="utf-8", newline="\n")
    assert read_rules(path) == drawn


@pytest.mark.parametrize("name", profile_names())
def test_profiles_are_read_back_from_what_is_written(name: str, written: Written) -> None:
    """The rules.toml of a plan gives the same rules again."""
    assert read_rules(written(rules_toml(load_profile(name)))) == load_profile(name)


def test_all_faults_of_a_file_at_once_with_the_nearest_names(written: Written) -> None:
    """Unknown names are answered with what was meant, wrong types with what they should be."""
    path = written(
        "bands = 3\n"
        "travel = 5\n"
        '[band]\nmini = 1\nmin = "many"\nmax = 45000.5\n'
        "[balance]\ntarget = -1\nhours_per_1000 = nan\n"
        "[shared_posts]\nstep = 0\nhours_per_post_week = true\n"
        "[weights]\npatient_travl = 1\nbalance = -2\noverhead = 1e999\n"
        '[[roles]]\nname = " "\npatients_per_post = 0\nratio = 5\n'
        '[[roles]]\nname = "a"\npatients_per_post = 5\nsource = 7\n'
        '[[roles]]\nname = "b"\npatients_per_post = 5\n'
        '[[roles]]\nname = "b"\npatients_per_post = 6\n'
    )

    assert _problems(path) == [
        "unknown table or key 'bands'. Did you mean 'band'?",
        "'travel' must be a table: write [travel] on a line of its own.",
        "[band] unknown key 'mini'. Did you mean 'min'?",
        "[band] min must be a whole number of patients from 1 to 1,000,000,000, not 'many'.",
        "[band] max must be a whole number of patients from 1 to 1,000,000,000, not 45000.5.",
        "[shared_posts] hours_per_post_week must be a number of hours a week from 0.01 to 168, not True.",
        "[shared_posts] step must be a number of full-time posts from 0.001 to 1,000, not 0.",
        "[balance] target must be a number of patients from 0 to 1,000,000,000, not -1.",
        "[balance] hours_per_1000 must be 0 or a number of hours a week from 0.000001 to 1,000,000, not nan.",
        "there is no term 'patient_travl' to weigh. Did you mean 'patient_travel'?",
        "the weight of balance must be 0 or a number from 0.000001 to 1,000,000, not -2.",
        "the weight of overhead must be 0 or a number from 0.000001 to 1,000,000, not inf.",
        (
            "[[roles]] number 1: unknown key 'ratio'. "
            "Known are: name, patients_per_post, source, pounds_per_post_year."
        ),
        "[[roles]] number 1: name must be text in quotes, not ' '.",
        "[[roles]] number 1: patients_per_post must be a number of patients from 1 to 1,000,000,000, not 0.",
        "[[roles]] number 2: source must be text in quotes, not 7.",
        "two roles have the same name.",
    ]


@pytest.mark.parametrize(
    ("band", "problem"),
    [
        ("min = 50001", "the least list size (50,001) is above the most (50,000): no network fits."),
        ("max = 29999", "the least list size (30,000) is above the most (29,999): no network fits."),
        ("exception_max = 49999", "exception_max (49,999) is below the band's most (50,000)."),
        ("min = 0", "[band] min must be a whole number of patients from 1 to 1,000,000,000, not 0."),
        (
            "max = 9000000000",
            "[band] max must be a whole number of patients from 1 to 1,000,000,000, not 9000000000.",
        ),
    ],
)
def test_a_band_that_nothing_fits_is_refused(written: Written, band: str, problem: str) -> None:
    """A band is at least one patient wide, positive and no slip of the keyboard."""
    assert _problems(written(f"[band]\n{band}\n")) == [problem]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("profile = 3\n", "profile must be a name in quotes"),
        ("min = \n", "not a TOML file"),
        (b"\xff\xfe", "not a TOML file"),
        ("[band]\nmin = 1\nmin = 2\n", "not a TOML file"),
        ("x = " + "[" * 100_000, "not a TOML file"),
        ("[band]\nmin = " + "9" * 5000, "not a TOML file"),
        ("[band]\nmin = 0x" + "f" * 9000, "min must be a whole number .*, not one of that many digits"),
        ("[weights]\nbalance = " + "9" * 400, "must be 0 or a number .*, not one of that many digits"),
        ("# " + "x" * 1_000_000, "larger than 1,000,000 bytes"),
        ("roles = [1]\n", r"write \[\[roles\]\]"),
        ("weights = 1\n", "'weights' must be a table"),
    ],
)
def test_files_that_are_no_rules_are_refused(written: Written, content: str | bytes, problem: str) -> None:
    """Bytes, brackets and digits without end are refused like any other fault."""
    with pytest.raises(RulesError, match=problem):
        read_rules(written(content))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder, a name that is not there and a pipe are refused as rules, without waiting."""
    (tmp_path / "rules.toml").write_text("")
    with pytest.raises(RulesError, match="folder"):
        read_rules(tmp_path)
    with pytest.raises(RulesError, match=r"Did you mean 'rules\.toml'"):
        read_rules(tmp_path / "rule.toml")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(RulesError, match="pipe or a device"):
            read_rules(tmp_path / "pipe")


@given(
    st.one_of(
        st.binary(max_size=100), st.text(alphabet='[]="\n.,{}0129eE-_ abmin', max_size=80).map(str.encode)
    )
)
@examples(200)
def test_any_bytes_end_in_rules_or_an_explained_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """No bytes make reading fail in any other way."""
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    path.write_bytes(content)
    try:
        assert isinstance(read_rules(path), Rules)
    except RulesError:
        return


def test_weights_are_changed_one_by_one() -> None:
    """The others stay; the order of the terms does too."""
    changed = DEFAULT.with_weights({"balance": 0, "patient_travel": 2.5})

    assert dict(changed.weights) == {**dict(DEFAULT.weights), "balance": 0.0, "patient_travel": 2.5}
    assert tuple(name for name, _ in changed.weights) == TERM_NAMES
    assert changed.weight("patient_travel") == 2.5
    assert replace(changed, weights=DEFAULT.weights) == DEFAULT


def test_a_file_of_an_earlier_netform_still_reads(written: Written) -> None:
    """One with five weights, no rates of the newer terms and no prices is over the profile it names."""
    newer = ("cover", "continuity", "community", "crossing", "alignment")
    lines = rules_toml(DEFAULT).splitlines()
    earlier = [
        line
        for line in lines
        if not line.startswith(
            (*newer, "hours_per_patient_week", "pounds_per_post_year", *(f"[{n}]" for n in newer))
        )
    ]
    assert len(earlier) == len(lines) - 5 - 4 - 4 - 1
    read = read_rules(written("\n".join(earlier)))

    assert read == replace(DEFAULT, roles=tuple(replace(r, pounds_per_post_year=None) for r in DEFAULT.roles))


def test_a_price_that_is_none_is_refused(written: Written) -> None:
    """A role's price is a number of pounds; it may be 0, and is left out where it is not known."""
    role = '[[roles]]\nname = "nurse"\npatients_per_post = 9000\npounds_per_post_year = '
    assert _problems(written(role + "-1")) == [
        "[[roles]] number 1: pounds_per_post_year must be a number of pounds from 0 to 1,000,000,000, not -1."
    ]
    assert _problems(written(role + '"50,000"')) == [
        "[[roles]] number 1: pounds_per_post_year must be a number of pounds from 0 to 1,000,000,000, not '50,000'."
    ]
    assert read_rules(written(role + "0")).roles == (Role("nurse", 9000.0, "", 0.0),)


def test_all_faults_of_weights_at_once() -> None:
    """An unknown term and weights that are none are named together."""
    with pytest.raises(RulesError) as caught:
        DEFAULT.with_weights({"overhed": 1, "balance": -1, "staff_travel": float("nan")})
    assert str(caught.value).splitlines() == [
        "there is no term 'overhed' to weigh. Did you mean 'overhead'?",
        "the weight of balance must be 0 or a number from 0.000001 to 1,000,000, not -1.",
        "the weight of staff_travel must be 0 or a number from 0.000001 to 1,000,000, not nan.",
    ]


def test_the_band_is_changed_by_halves() -> None:
    """One end may change alone; nothing to change changes nothing; what no rule names follows."""
    assert DEFAULT.with_band(None, None) is DEFAULT
    assert DEFAULT.with_band(30_000, 50_000) is DEFAULT
    # 2 * 35,000 - 1 = 69,999; 2 * 30,000 - 1 = 59,999 is below a most of 100,000.
    # Balance has the middle of the band for its target, and half its width for a dead band.
    assert DEFAULT.with_band(35_000, None) == replace(
        DEFAULT, least=35_000, exception_most=69_999, balance_target=42_500.0, balance_dead_band=7_500.0
    )
    assert DEFAULT.with_band(None, 100_000) == replace(
        DEFAULT, most=100_000, exception_most=100_000, balance_target=65_000.0, balance_dead_band=35_000.0
    )


def test_what_a_rule_names_does_not_follow_the_band(written: Written) -> None:
    """A target, a dead band and a largest exception of one's own stay, but none is smaller than the band's most."""
    own = read_rules(
        written("[band]\nexception_max = 70000\n[balance]\ntarget = 45000\ndead_band = 1000\n")
    ).with_band(35_000, 60_000)
    assert (own.exception_most, own.balance_target, own.balance_dead_band) == (70_000, 45_000.0, 1_000.0)
    assert own.with_band(35_000, 80_000).exception_most == 80_000
    half = read_rules(written("[balance]\ntarget = 45000\n")).with_band(40_000, 60_000)
    assert (half.balance_target, half.balance_dead_band) == (45_000.0, 10_000.0)


def test_numbers_that_follow_bands_of_areas_are_written_as_such(written: Written) -> None:
    """One number cannot stand for the bands of several areas: the file says so, and is read back to the same."""
    rules = read_rules(written("[areas.North]\nmax = 60000\n"))
    text = rules_toml(rules)
    assert 'target = "band"' in text
    again = read_rules(written(text))
    assert again.for_area("North") == rules.for_area("North")
    assert again.for_area("North").balance_target == 45_000.0


@pytest.mark.parametrize(
    ("least", "most"), [(0, None), (-5, 10), (50_001, None), (None, 29_999), (1, 10**12)]
)
def test_a_band_that_nothing_fits_is_refused_from_options(least: int | None, most: int | None) -> None:
    """The same checks as in a file."""
    with pytest.raises(RulesError):
        DEFAULT.with_band(least, most)
