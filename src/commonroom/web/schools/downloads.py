"""Lists as files that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

import commonroom
from commonroom.web import evidence
from commonroom.web.schools import labels, queries
from commonroom.web.schools.pictures import once
from commonroom.web.schools.serving import public

if TYPE_CHECKING:
    from commonroom.disclosure import Released

#: What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@public
def found(request: HttpRequest) -> HttpResponse:
    """Return what a search finds as a list."""
    return table("search", (queries.typed(request.GET.get("q", "")),), name="schools")


@public
def figures(request: HttpRequest, number: str) -> HttpResponse:
    """Return every figure of a school."""
    known = queries.school(number)["number"]
    return table("school", (known,), name=f"school-{known}")


def table(kind: str, key: tuple[str, ...], *, name: str) -> HttpResponse:
    """Return a table of the evidence as a file, with what it is from and what was withheld below its rows."""
    shown = evidence.shown()

    def make() -> bytes:
        released = shown.table(kind, key)
        if released is None:
            raise Http404(_("There is no such list."))
        return _lines(released).encode()

    version = shown.facts["version"]
    # What a whole system is made of takes seconds for a nation; what one school is made of, an instant.
    whole = kind.startswith("system-")
    made = (
        once("|".join(["csv", commonroom.__version__, version, kind, *key, labels.language()]), make)
        if whole
        else make()
    )
    answer = HttpResponse(made, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{version}.csv"'
    return answer


def _lines(released: Released) -> str:
    """Rows as comma-separated text, begun by the mark that tells a spreadsheet how letters are written."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in csv.reader(io.StringIO(released.to_csv())):
        writer.writerow([disarmed(cell) for cell in row])
    notes = [
        (_("Source"), released.source),
        (_("Date"), released.date),
        (_("Note"), released.note),
        *((_("Note"), sentence) for sentence in released.sentences),
        (_("Evidence"), evidence.version()),
    ]
    writer.writerow([])
    writer.writerows([name, disarmed(said)] for name, said in notes if said)
    return "\ufeff" + out.getvalue()


def disarmed(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; a number stays what it is."""
    if not cell.startswith(FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
