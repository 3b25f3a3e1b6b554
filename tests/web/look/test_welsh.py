"""Every text of the site has its Welsh, with the same gaps, compiled; none is out of its reach."""

from __future__ import annotations

import re
import runpy
from datetime import date
from decimal import Decimal
from pathlib import Path

import polib
import pytest
from django.utils import formats, timezone, translation

from conftest import need

ROOT = Path(__file__).parents[3]
MESSAGES = runpy.run_path(str(ROOT / "scripts/messages.py"))
SITE: Path = MESSAGES["SITE"]
CATALOGUE: Path = MESSAGES["CATALOGUE"]
#: %(name)s, %s, %d, {name} and what else a text leaves open.
GAP = re.compile(r"%\((\w+)\)[sdrfi]|(%[sd])|\{(\w*)\}")
#: A text that is the same in both languages: names, signs, units.
SAME = re.compile(r"[^a-z]*|km|CSV|PDF|SQLite|WebAuthn|Commonroom.*|{.*}|[\d.]+")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


@pytest.fixture(scope="module")
def wanted() -> dict[tuple[str | None, str], polib.POEntry]:
    need("xgettext", "the texts of the site are collected with it")
    found: dict[tuple[str | None, str], polib.POEntry] = MESSAGES["extract"]()
    return found


def gaps(text: str) -> list[str]:
    plain = text.replace("%%", "")
    return sorted("".join(found) for found in GAP.findall(plain))


def test_no_text_lacks_welsh(
    wanted: dict[tuple[str | None, str], polib.POEntry], catalogue: polib.POFile
) -> None:
    said = {(one.msgctxt, one.msgid): one for one in catalogue if one.translated()}
    assert len(wanted) > 100
    assert sorted(text for context, text in wanted if (context, text) not in said) == []
    for key, entry in wanted.items():
        assert bool(entry.msgid_plural) == bool(said[key].msgid_plural), key


def test_the_catalogue_holds_nothing_that_is_said_nowhere(
    wanted: dict[tuple[str | None, str], polib.POEntry], catalogue: polib.POFile
) -> None:
    kept = [one for one in catalogue if one.comment != MESSAGES["THEIRS"]]
    assert [one.msgid for one in kept if (one.msgctxt, one.msgid) not in wanted] == []


def test_the_welsh_leaves_the_same_gaps(catalogue: polib.POFile) -> None:
    for one in catalogue:
        meant = {tuple(gaps(text)) for text in (one.msgid, one.msgid_plural) if text}
        for welsh in [one.msgstr, *one.msgstr_plural.values()]:
            if welsh:
                assert tuple(gaps(welsh)) in meant, (one.msgid, welsh)


def test_the_welsh_is_welsh(catalogue: polib.POFile) -> None:
    same = [one.msgid for one in catalogue if one.msgstr == one.msgid and not SAME.fullmatch(one.msgid)]
    assert [text for text in same if len(text.split()) > 2] == []


def test_a_text_begins_and_ends_alike_in_both(catalogue: polib.POFile) -> None:
    for one in catalogue:
        if one.msgstr:
            assert one.msgid.startswith("\n") == one.msgstr.startswith("\n"), one.msgid
            assert one.msgid.endswith("\n") == one.msgstr.endswith("\n"), one.msgid


def test_four_plurals_are_given(catalogue: polib.POFile) -> None:
    for one in catalogue:
        if one.msgid_plural:
            assert sorted(one.msgstr_plural) == [0, 1, 2, 3], one.msgid
            assert all(one.msgstr_plural.values()), one.msgid


def test_what_programs_read_is_what_people_wrote(tmp_path: Path, catalogue: polib.POFile) -> None:
    fresh = tmp_path / "django.mo"
    catalogue.save_as_mofile(str(fresh))
    assert fresh.read_bytes() == CATALOGUE.with_suffix(".mo").read_bytes()


def test_scripts_and_styles_hold_no_text() -> None:
    """Sentences of a script stand in the page, where they are translated."""
    for file in SITE.glob("static/commonroom/*.*"):
        plain = file.read_text(encoding="utf-8")
        plain = re.sub(r"/\*.*?\*/|^\s*//.*$|(?<=[;{}\s])//.*$", "", plain, flags=re.DOTALL | re.MULTILINE)
        texts = re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`\n]*)`", plain)
        said = ["".join(one) for one in texts]
        assert [one for one in said if re.search(r"[A-Z][a-z]+ [a-z]+ [a-z]+", one)] == [], file.name


def test_dates_and_numbers_are_written_as_people_write_them() -> None:
    day = date(2026, 11, 22)
    with translation.override("en"):
        assert formats.date_format(day) == "22 November 2026"
        assert formats.date_format(day, "SHORT_DATE_FORMAT") == "22/11/2026"
    with translation.override("cy"):
        assert formats.date_format(day) == "22 Tachwedd 2026"
        assert formats.date_format(timezone.now().replace(month=8, day=1), "MONTH_DAY_FORMAT") == "1 Awst"
        assert formats.number_format(Decimal("1234.5"), use_l10n=True, force_grouping=True) == "1,234.5"
        for written in ("22/11/2026", "2026-11-22"):
            assert formats.sanitize_separators("2.5") == "2.5"
            assert written in {day.strftime(form) for form in formats.get_format("DATE_INPUT_FORMATS")}


def test_merging_takes_the_first_welsh_and_says_what_lacks_it() -> None:
    def text(msgid: str, msgstr: str = "", **others: object) -> polib.POEntry:
        return polib.POEntry(msgid=msgid, msgstr=msgstr, **others)

    asked = {(None, name): text(name) for name in ("Yes", "No", "Perhaps")}
    first = {(None, "Yes"): text("Yes", "Ydw"), (None, "Old"): text("Old", "Hen")}
    second = {(None, "Yes"): text("Yes", "Ie"), (None, "No"): text("No", "Na")}
    package = {(None, "Enter a valid duration."): text("Enter a valid duration.", "Rhowch hyd dilys.")}
    merged, lacking = MESSAGES["merge"](asked, first, second, package)
    assert {one.msgid: one.msgstr for one in merged} == {
        "Enter a valid duration.": "Rhowch hyd dilys.",
        "No": "Na",
        "Perhaps": "",
        "Yes": "Ydw",
    }
    assert lacking == [(None, "Perhaps")]
    assert merged.find("Enter a valid duration.").comment == MESSAGES["THEIRS"]
