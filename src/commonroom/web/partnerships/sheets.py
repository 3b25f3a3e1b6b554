"""Lists of partnerships that people take away, as those of the whole site."""

from commonroom.web.sheets import answer, write

__all__ = ["answer", "write"]
