"""Tables as HTML, and links in them.

Written here and not by templates: fifty rows of nine cells take a template ten times as long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString

#: What marks a column of numbers.
N = ' class="n"'


def link(path: str, text: str) -> SafeString:
    """Return a link as HTML."""
    return SafeString(f'<a href="{escape(path)}">{escape(text)}</a>')


def quiet(text: str) -> SafeString:
    """Return words that stand where a figure would."""
    return SafeString(f'<span class="quiet">{escape(text)}</span>')


def body(rows: Iterable[Sequence[str]], *, numeric: Collection[int] = ()) -> SafeString:
    """Return the rows of a table as HTML; the first cell of each is its head.

    Arguments: the `rows`, cells as text or as HTML that is known to be safe; which columns are `numeric`.
    """
    return SafeString("\n".join(_row(row, numeric) for row in rows))


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: Collection[int] = ()
) -> SafeString:
    """Return a table that scrolls within the page: caption, heads and rows."""
    head = "".join(
        f'<th scope="col"{N if at in numeric else ""}>{escape(one)}</th>' for at, one in enumerate(heads)
    )
    tall = " tall" if len(rows) > 20 else ""
    return SafeString(
        f'<div class="scroll{tall}" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body(rows, numeric=numeric)}</tbody></table></div>"
    )


def _row(row: Sequence[str], numeric: Collection[int]) -> str:
    first, *rest = row
    cells = "".join(
        f"<td{N if at in numeric else ''}>{_cell(cell)}</td>" for at, cell in enumerate(rest, start=1)
    )
    return f'<tr><th scope="row">{_cell(first)}</th>{cells}</tr>'


def _cell(cell: str) -> str:
    return cell if isinstance(cell, SafeString) else escape(cell)
