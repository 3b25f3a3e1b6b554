"""From the evidence to the published pages that the site reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from commonroom.pipeline import telling
from commonroom.store import evidence, pages


def publish(folder: Path, out: Path, *, report: Callable[[str, float], None] | None = None) -> Path:
    """Write the pages of the evidence in `folder` to `out` and put them in force; return their file.

    `report` is told what is done and how far it is (0 to 1). The same evidence gives the same bytes.
    Raises SaidToPeople when there is no evidence, or the pages cannot be written.
    """
    from commonroom.narrative.pages import laying

    say = report or (lambda step, done: None)
    opened = evidence.open(folder)
    tables = {name: opened.table(name) for name in laying.TABLES if name in opened.manifest.tables}
    laid = laying.lay_out(tables, facts_of=telling.facts(opened), form=pages.FORM, report=say)
    contents = pages.Contents(laid.single, laid.many, laid.earlier, laid.register)
    written = pages.write(out, contents, version=opened.version)
    say("Done", 1.0)
    return written
