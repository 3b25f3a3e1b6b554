"""Names of files, as they may be shown and handed out."""

from __future__ import annotations

import re
import unicodedata

#: So many characters of a name are kept, without its extension.
LENGTH = 120
#: Names that one operating system keeps to itself.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def clean(name: str) -> tuple[str, str]:
    """Return a name that is safe to show and to save under, and its extension in small letters.

    Folders are cut off; control characters, and those that turn or hide writing, are left out.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    plain = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "-", plain))
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        stem, extension = plain, ""
    stem, extension = stem.strip(" ."), extension.strip().lower()
    stem = re.sub(r"[\s.]+$", "", stem[:LENGTH])
    if not stem or _DEVICES.match(stem.split(".")[0]):
        stem = f"file {stem}".strip()
    return (f"{stem}.{extension}" if extension else stem), extension
