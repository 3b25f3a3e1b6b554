"""What two names that people typed have in common, however each was spelled."""

from __future__ import annotations

import re
import unicodedata


def plain(text: str) -> str:
    """Return text in small letters without accents and punctuation, with single spaces."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in flat if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['’`]", "", letters)))
