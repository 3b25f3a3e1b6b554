"""The brokering board and proposals, as a person may read them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from commonroom.web import evidence
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.partnerships import schools
from commonroom.web.partnerships.board.models import Proposal, Run
from commonroom.web.partnerships.sides import Side
from commonroom.web.schools.models import System

#: Groups of the equity table, by what they are of.
QUARTERS = ("1", "2", "3", "4")


def systems(person: Person | AnonymousUser) -> QuerySet[System]:
    """Return the systems whose board a person may see."""
    return System.objects.filter(pk__in=permissions.systems(person, Action.BOARD_SEE))


def frame(person: Person | AnonymousUser, system: System) -> dict[str, Any]:
    """Return what every page of a board shows."""
    new, run = newest(system), last(system)
    published = evidence.version()
    return {
        "system": system,
        "run": run,
        "active": new if new and new.is_active else None,
        "failed": new if new and new.has_failed else None,
        "works": permissions.may(person, Action.BOARD_WORK, system),
        "stale": run is not None and bool(published) and run.evidence != published,
    }


def last(system: System) -> Run | None:
    """Return the last run of a system of which something came."""
    return Run.objects.filter(system=system, state=Run.State.DONE).select_related("who", "job").first()


def newest(system: System) -> Run | None:
    """Return the run of a system that was asked for last, whatever became of it."""
    return Run.objects.filter(system=system).select_related("who", "job").first()


def on_board(system: System) -> QuerySet[Proposal]:
    """Return the proposals of a board: those of the last run, and those sent before that it no longer has."""
    found = Proposal.objects.filter(system=system).exclude(~Q(gone=None), state=Proposal.State.DRAFT)
    return found.select_related("receiver", "provider").prefetch_related("replies")


def proposals(person: Person | AnonymousUser) -> QuerySet[Proposal]:
    """Return the proposals sent to a person's schools."""
    own = permissions.schools(person, Action.ASK_SEE)
    found = Proposal.objects.exclude(state=Proposal.State.DRAFT)
    found = found.filter(Q(receiver_id__in=own) | Q(provider_id__in=own))
    found = found.select_related("receiver", "provider", "system")
    return found.prefetch_related("replies").order_by("-sent", "-pk")


def seen(person: Person | AnonymousUser) -> QuerySet[Proposal]:
    """Return the proposals that a person may see: those of their boards, and those sent to their schools."""
    boards = permissions.systems(person, Action.BOARD_SEE)
    own = proposals(person).order_by().values("pk")
    found = Proposal.objects.filter(Q(pk__in=own) | Q(system_id__in=boards))
    return found.select_related("receiver", "provider", "system", "run", "agreement")


def sides(person: Person | AnonymousUser, proposal: Proposal) -> list[Side]:
    """Return the sides for which a person may answer."""
    own = permissions.schools(person, Action.PROPOSAL_ANSWER)
    both = {Side.RECEIVER: proposal.receiver_id, Side.PROVIDER: proposal.provider_id}
    return [side for side, number in both.items() if number in own]


def compare(run: Run) -> dict[str, int]:
    """Return how many proposals of a run are new, stay and went since the run before."""
    now = Proposal.objects.filter(run=run, gone=None)
    counts = now.aggregate(new=Count("pk", filter=Q(first=run)), stay=Count("pk", filter=~Q(first=run)))
    return {**counts, "went": Proposal.objects.filter(gone=run).count()}


def unreached(found: list[Proposal]) -> set[str]:
    """Return the numbers of schools, of some proposals, for which nobody can answer."""
    both = {one.receiver for one in found} | {one.provider for one in found}
    return schools.without(Action.PROPOSAL_ANSWER, both)


def equity(run: Run) -> list[dict[str, Any]]:
    """Return who gets help by a run's plan, as the plan tells it, with words for its groups."""
    quarter = {"1": _("least"), "2": "2", "3": "3", "4": _("most"), "not known": _("not known")}
    by = {
        "need": (_("Quarter by need"), quarter),
        "disadvantage": (_("Quarter by disadvantage of its pupils"), quarter),
        "keys": (_("Keys to Success school"), {"yes": _("yes"), "no": _("no")}),
        "all": (_("All"), {}),
    }
    rows = []
    for row in run.equity:
        label, groups = by.get(row["by"], (row["by"], {}))
        group = "" if row["by"] == "all" else groups.get(row["group"], row["group"])
        rows.append({**row, "label": label, "group": group})
    return rows
