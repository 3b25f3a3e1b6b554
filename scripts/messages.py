"""Bring the site's Welsh up to date: `python scripts/messages.py [FILE.po ...]`.

Reads every text of the site that is to be translated (with xgettext, from GNU gettext), takes the Welsh of
each from the catalogue or from the files given, writes the catalogue anew and compiles it. `--compile` only
compiles, which needs nothing but Python. Texts of Django and of django-allauth that have no Welsh of their
own stay in the catalogue too, marked as theirs. Exits with 1 while a text has no Welsh.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

SITE = Path(__file__).parent.parent / "src" / "commonroom" / "web"
CATALOGUE = SITE / "locale" / "cy" / "LC_MESSAGES" / "django.po"
#: Marks a text that another package says.
THEIRS = "Said by a package that the site uses."
HEADER = {
    "Project-Id-Version": "Commonroom",
    "Language": "cy",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=4; plural=(n==1) ? 0 : (n==2) ? 1 : (n != 8 && n != 11) ? 2 : 3;",
}
Key = tuple[str | None, str]


def key(entry: polib.POEntry) -> Key:
    """Return what a text is found by: its context and itself."""
    return entry.msgctxt, entry.msgid


def extract() -> dict[Key, polib.POEntry]:
    """Return every text of the site that is to be translated, as xgettext finds them in a copy of it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "web"
        shutil.copytree(SITE, copy, ignore=shutil.ignore_patterns("locale", "__pycache__", "static"))
        (copy / "locale").mkdir()
        plain = {name: it for name, it in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "django", "makemessages", "-l", "cy", "--keep-pot", "-v", "0"]
        command += ["-e", "html,txt,py"]
        subprocess.run(command, cwd=copy, env=plain, check=True)  # noqa: S603 - words of our own
        found = polib.pofile(str(copy / "locale" / "django.pot"))
    return {key(entry): entry for entry in found if not entry.obsolete}


def read(path: Path) -> dict[Key, polib.POEntry]:
    """Return the translated texts of a file."""
    return {key(entry): entry for entry in polib.pofile(str(path)) if entry.translated()}


def theirs() -> set[Key]:
    """Return the texts of Django and django-allauth."""
    import allauth
    import django

    roots = [Path(package.__file__ or "").parent for package in (django, allauth)]
    files = [file for root in roots for file in root.rglob("locale/en/LC_MESSAGES/django.po")]
    return {key(entry) for file in files for entry in polib.pofile(str(file))}


def merge(
    wanted: dict[Key, polib.POEntry], *sources: dict[Key, polib.POEntry]
) -> tuple[polib.POFile, list[Key]]:
    """Return a catalogue of the texts `wanted` with the Welsh of the first source that has it; what lacks it."""
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = dict(HEADER)
    borrowed = {one for source in sources for one in source if one not in wanted} & theirs()
    lacking = []
    for one in sorted({*wanted, *borrowed}, key=lambda it: (it[1].casefold(), it[1], it[0] or "")):
        text = next((source[one] for source in sources if one in source), None)
        meant = wanted.get(one, text)
        entry = polib.POEntry(msgctxt=one[0], msgid=one[1], msgid_plural=meant.msgid_plural if meant else "")
        entry.flags = [flag for flag in (meant.flags if meant else []) if flag != "fuzzy"]
        entry.comment = THEIRS if one in borrowed else ""
        if text is None or bool(text.msgid_plural) != bool(entry.msgid_plural):
            lacking.append(one)
        else:
            entry.msgstr, entry.msgstr_plural = text.msgstr, dict(text.msgstr_plural)
        catalogue.append(entry)
    return catalogue, lacking


def compile_catalogue() -> None:
    """Write what programs read beside the catalogue."""
    polib.pofile(str(CATALOGUE)).save_as_mofile(str(CATALOGUE.with_suffix(".mo")))


def main() -> int:
    """Do what was asked; return 1 while a text has no Welsh."""
    parser = argparse.ArgumentParser(description="Bring the site's Welsh up to date.")
    parser.add_argument(
        "files", nargs="*", type=Path, help="files of Welsh to take from, the first one first"
    )
    parser.add_argument("--compile", action="store_true", help="only compile the catalogue")
    given = parser.parse_args()
    lacking: list[Key] = []
    if not given.compile:
        known = [read(file) for file in given.files]
        if CATALOGUE.is_file():
            known.append(read(CATALOGUE))
        catalogue, lacking = merge(extract(), *known)
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(CATALOGUE))
    compile_catalogue()
    for context, text in lacking:
        print(f"No Welsh: {text!r}" + (f" ({context})" if context else ""))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
