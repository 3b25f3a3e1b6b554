"""Documents of office programs: archives whose inside is looked at before they are kept."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.files.texts import other

_OPEN = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Form:
    """A form of document: what it is, and the part that it must have (none: it says its own type)."""

    media_type: str
    part: str = ""


FORMS: Mapping[str, Form] = {
    "docx": Form(f"{_OPEN}.wordprocessingml.document", "word/document.xml"),
    "xlsx": Form(f"{_OPEN}.spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": Form(f"{_OPEN}.presentationml.presentation", "ppt/presentation.xml"),
    "odt": Form("application/vnd.oasis.opendocument.text"),
    "ods": Form("application/vnd.oasis.opendocument.spreadsheet"),
}
#: Parts of an archive; bytes that they come to unpacked; how many times larger than packed, once it is large.
PARTS, UNPACKED, RATIO, SMALL = 4000, 150 * 1024 * 1024, 200, 1024 * 1024
#: A document may hold a table of a chart, which is a document itself; nothing is looked for deeper.
DEPTH = 1
_CHUNK = 256 * 1024
_MACROS = re.compile(
    r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/|activex/|basic/|scripts/)", re.IGNORECASE
)
_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_RUNNABLE = (b"MZ", b"\x7fELF", b"#!")
#: How an office document says that it holds a file of any kind.
_PACKAGE = "Ole10Native".encode("utf-16-le")


def check(file: BinaryIO, name: str) -> None:
    """Refuse documents that hold macros, archives or programs, and those that unpack without end."""
    try:
        _Look(name).into(file, name, depth=0)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError):
        # Also a part that is locked by a password or packed in an unknown way, and places that do not add up.
        raise other(name) from None


class _Look:
    """One look into a document and the documents in it, within one budget of bytes."""

    def __init__(self, name: str) -> None:
        self.name, self.left = name, UNPACKED

    def into(self, file: BinaryIO, name: str, *, depth: int) -> None:
        """Look into an archive."""
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS:
                raise self.bomb()
            names = {part.filename for part in parts}
            self.check_form(archive, names, name)
            for part in parts:
                self.check_part(archive, part, depth)

    def check_form(self, archive: zipfile.ZipFile, names: set[str], name: str) -> None:
        """Refuse an archive that is no document of the form of its name, or one with macros."""
        form = FORMS[name.rpartition(".")[2].lower()]
        if form.part:
            if not {form.part, "[Content_Types].xml"} <= names:
                raise other(self.name)
            with archive.open("[Content_Types].xml") as kinds:
                if b"macroenabled" in kinds.read(SMALL).lower():
                    raise self.macros()
            return
        if "mimetype" not in names:
            raise other(self.name)
        with archive.open("mimetype") as said:
            if said.read(200).strip() != form.media_type.encode():
                raise other(self.name)

    def check_part(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo, depth: int) -> None:
        """Refuse a part that may not be there, and read it to its end, so that its size is no lie."""
        if part.filename.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", part.filename):
            raise other(self.name)
        if _MACROS.search(part.filename):
            raise self.macros()
        if part.file_size > SMALL and part.file_size > RATIO * max(part.compress_size, 1):
            raise self.bomb()
        inner = part.filename.rpartition(".")[2].lower() in FORMS and "embeddings/" in part.filename.lower()
        content = bytearray()
        with archive.open(part) as opened:
            tail = b""
            while chunk := opened.read(_CHUNK):
                self.left -= len(chunk)
                if self.left < 0:
                    raise self.bomb()
                if _PACKAGE in tail + chunk:
                    raise self.holds()
                if not tail:
                    self.check_start(chunk, allowed=inner and depth < DEPTH)
                tail = chunk[-len(_PACKAGE) :]
                if inner:
                    content += chunk
        if inner:
            self.into(io.BytesIO(bytes(content)), part.filename, depth=depth + 1)

    def check_start(self, chunk: bytes, *, allowed: bool) -> None:
        """Refuse archives and programs by how they begin; an archive is `allowed` where it is a document."""
        if chunk.startswith(_RUNNABLE) or (chunk.startswith(_PACKED) and not allowed):
            raise self.holds()

    def bomb(self) -> SaidToPeople:
        """Say that it unpacks without end."""
        return SaidToPeople(
            _("This document unpacks to far more than it should."),
            where=self.name,
            remedy=_("Save it again in the program that it was made with, and send that."),
        )

    def macros(self) -> SaidToPeople:
        """Say that it holds macros."""
        return SaidToPeople(
            _("This document holds macros, and those are not taken."),
            where=self.name,
            remedy=_("Save it without macros (docx, xlsx, pptx), and send that."),
        )

    def holds(self) -> SaidToPeople:
        """Say that it holds another file."""
        return SaidToPeople(
            _("This document holds another file inside, and those are not taken."),
            where=self.name,
            remedy=_("Send the other file by itself."),
        )
