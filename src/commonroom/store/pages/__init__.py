"""The published pages: one file per version of the evidence, written once, read by many at once."""

from commonroom.store.pages.reading import Pages, open
from commonroom.store.pages.writing import FILE, FORM, Contents, write

__all__ = ["FILE", "FORM", "Contents", "Pages", "open", "write"]
