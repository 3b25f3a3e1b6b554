"""What may be sent: few types, told by what a file holds and not by its name, within limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.files import naming, office, pictures, texts

#: Bytes of a file.
LIMIT = 10 * 1024 * 1024
#: What a file of each extension is, and what looks inside.
TYPES: Mapping[str, tuple[str, Callable[[BinaryIO, str], None]]] = {
    "pdf": ("application/pdf", texts.check_pdf),
    "txt": ("text/plain; charset=utf-8", texts.check_text),
    "csv": ("text/csv; charset=utf-8", texts.check_text),
    "png": ("image/png", pictures.check),
    "jpg": ("image/jpeg", pictures.check),
    "jpeg": ("image/jpeg", pictures.check),
    "webp": ("image/webp", pictures.check),
    **{extension: (form.media_type, office.check) for extension, form in office.FORMS.items()},
}
#: What people take for a document, and what can do something by itself.
MACROS = frozenset({"docm", "xlsm", "pptm", "dotm", "xltm", "potm", "xlam", "ppam", "ppsm", "xlsb"})
OLD = {"doc": "docx", "xls": "xlsx", "ppt": "pptx"}


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: its name as it is shown, and what it is."""

    name: str
    media_type: str


def check(file: BinaryIO, *, name: str, size: int) -> Checked:
    """Look into a file; raise SaidToPeople, in one sentence, when it may not be kept.

    Arguments: the `file`, open for reading, which is read to its end and set back to its beginning; the
    `name` it came with; its `size` in bytes.
    """
    shown, extension = naming.clean(name)
    if size == 0:
        raise SaidToPeople(_("This file is empty."), where=shown, remedy=_("Choose another file."))
    if size > LIMIT:
        raise too_large(shown)
    if extension not in TYPES:
        raise _unknown(shown, extension)
    media_type, look = TYPES[extension]
    file.seek(0)
    try:
        look(file, shown)
    finally:
        file.seek(0)
    return Checked(shown, media_type)


def too_large(name: str) -> SaidToPeople:
    """Return the sentence for a file that is too large."""
    return SaidToPeople(
        _("This file is larger than %(megabytes)d MB.") % {"megabytes": LIMIT // 1024**2},
        where=name,
        remedy=_("Make it smaller, for example with smaller pictures, and send it again."),
    )


def _unknown(name: str, extension: str) -> SaidToPeople:
    if extension in MACROS:
        return SaidToPeople(
            _("This document can hold macros, and those are not taken."),
            where=name,
            remedy=_("Save it without macros (docx, xlsx, pptx), and send that."),
        )
    if extension in OLD:
        return SaidToPeople(
            _("This is an old kind of document that can hold macros, and those are not taken."),
            where=name,
            remedy=_("Save it as %(extension)s, and send that.") % {"extension": OLD[extension]},
        )
    return SaidToPeople(
        _("Files of this kind are not taken."),
        where=name,
        remedy=_("Send one of these: %(kinds)s.") % {"kinds": ", ".join(TYPES)},
    )
