"""Schools by name, place or number, as somebody types them: found in spite of one wrong letter in a word."""

from commonroom.store.pages.search.finding import Hit, find
from commonroom.store.pages.search.index import SCHEMA, build

__all__ = ["SCHEMA", "Hit", "build", "find"]
