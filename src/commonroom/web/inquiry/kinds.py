"""The kinds of moments that a timeline tells of, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: What happened, by kind; the word before the dot is what it happened to.
KINDS: dict[str, str | Promise] = {
    "agreed": _("Agreed by both heads"),
    "room.begun": _("Work began"),
    "room.changed": _("Aim or days changed"),
    "room.supporters": _("Supporters named"),
    "room.closed": _("Partnership closed"),
    "room.reopened": _("Partnership opened again"),
    "room.lessons": _("Lessons written"),
    "cycle.begun": _("Cycle begun"),
    "cycle.changed": _("Cycle written on"),
    "cycle.plan": _("Cycle went back to: plan"),
    "cycle.do": _("Cycle came to: do"),
    "cycle.study": _("Cycle came to: study"),
    "cycle.act": _("Cycle came to: act"),
    "cycle.adopt": _("Cycle ended: adopt"),
    "cycle.adapt": _("Cycle ended: adapt"),
    "cycle.abandon": _("Cycle ended: abandon"),
    "cycle.resumed": _("Cycle taken up again"),
    "note.written": _("Note written"),
    "note.changed": _("Note changed"),
    "note.shared": _("Note shared with the partner"),
    "note.removed": _("Note removed"),
    "file.added": _("File added"),
    "file.removed": _("File removed"),
    "visit.planned": _("Visit or meeting planned"),
    "visit.held": _("Visit or meeting took place"),
    "visit.cancelled": _("Visit or meeting cancelled"),
    "visit.changed": _("Visit or meeting changed"),
    "visit.joined": _("Said to have taken part"),
    "point.agreed": _("Action agreed"),
    "point.changed": _("Action changed"),
    "point.done": _("Action done"),
    "point.undone": _("Action open again"),
    "decision.taken": _("Decision"),
    "decision.changed": _("Decision put differently"),
    "review.written": _("Term reviewed"),
    "review.changed": _("Review changed"),
    "review.word": _("Head's word on the term"),
    "impact.asked": _("Impact plan asked for"),
    "impact.locked": _("Impact plan locked"),
    "impact.refused": _("Impact plan could not be made"),
}
#: What a timeline can be narrowed to.
WORDS: dict[str, str | Promise] = {
    "room": _("The partnership"),
    "cycle": _("Cycles"),
    "note": _("Notes"),
    "file": _("Files"),
    "visit": _("Visits and meetings"),
    "point": _("Actions"),
    "decision": _("Decisions"),
    "review": _("Reviews"),
    "impact": _("Impact plan"),
}


def label(kind: str) -> str:
    """Return what a kind is called; of kinds of other words, nothing."""
    return str(KINDS.get(kind, ""))
