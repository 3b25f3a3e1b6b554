"""Plain text, tables as text, and PDF: told by how they begin and by what they may not hold."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople

_CHUNK = 64 * 1024
#: How pages and pictures begin that a browser would run.
_PAGES = ("<!doctype", "<html", "<head", "<body", "<script", "<svg", "<?xml", "<iframe")


def check_pdf(file: BinaryIO, name: str) -> None:
    """Refuse what is not a PDF."""
    if not file.read(5) == b"%PDF-":
        raise other(name)


def check_text(file: BinaryIO, name: str) -> None:
    """Refuse what is not plain text, in UTF-8, UTF-16 with its mark, or the old Western encoding."""
    head = file.read(_CHUNK)
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if marked else "utf-8"
    start = head.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n").lower()
    if start.startswith(_PAGES):
        raise other(name)
    while head:
        if not marked and any(each < 32 and each not in b"\t\n\r\f\x1b" for each in set(head)):
            raise other(name)
        head = file.read(_CHUNK)


def other(name: str) -> SaidToPeople:
    """Return the sentence for a file that is not what its name says."""
    return SaidToPeople(
        _("What is in this file is not what its name says."),
        where=name,
        remedy=_("Save it again in the program that it was made with, and send that."),
    )
