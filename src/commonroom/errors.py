"""The base error, and the ones said to people."""

from __future__ import annotations


class CommonroomError(Exception):
    """Any error that this package raises on purpose."""


class SaidToPeople(CommonroomError):  # noqa: N818 - it is a sentence for a person, not a fault
    """One clear sentence for a person: what, where, and what to do next.

    Arguments: `what` went wrong, `where` (a file, row, school or option; may be empty), and the
    `remedy`, an instruction. Interfaces print the sentence without a traceback and exit with 1.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        """Keep the three parts apart, so that an interface can lay them out."""
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(" ".join(part for part in (f"{where}: {what}" if where else what, remedy) if part))
