"""What a run writes: that it began, what came out, or why nothing did."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commonroom import pipeline
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.partnerships.board.models import Proposal, Reply, Run
from commonroom.web.schools.models import System

ACTIVE = (Run.State.WAITING, Run.State.RUNNING)
Key = tuple[str, str, str, str]

#: What of a proposal is as the last plan tells it.
TOLD = (
    "run", "first", "gone", "planned", "sentences", "why", "keys", "gain", "gain_low", "gain_high",
    "minutes", "days", "stays", "source", "evidence", "state", "agreement",
)  # fmt: skip
#: What a plan proposes and nobody has agreed to before.
OPEN_IN_PLAN = ("new", "kept")
#: Where a plan that proposes the pair again begins anew.
AGAIN = (Proposal.State.TAKEN_BACK, Proposal.State.LATER)


@change
def begin(*, run: Run) -> None:
    """Write down that a run is at work."""
    Run.objects.filter(pk=run.pk, state__in=ACTIVE).update(state=Run.State.RUNNING)


@change
def fail(*, run: Run, said: str) -> None:
    """Write down why a run failed; what the last one proposed stays as it is."""
    run.refresh_from_db()
    if run.state not in ACTIVE:
        return
    before = audit.fields(run)
    run.state, run.said, run.ended = Run.State.FAILED, said, timezone.now()
    run.save(update_fields=["state", "said", "ended"])
    audit.record(who=run.who, action="run.fail", thing=run, before=before)


@change
def save(*, run: Run, board: pipeline.Board, left_out: tuple[dict[str, str], ...]) -> None:
    """Keep what a plan proposes, and mark what is new, what stays and what went since the run before."""
    System.objects.select_for_update().get(pk=run.system_id)
    run.refresh_from_db()
    last = Run.objects.filter(system=run.system_id, state=Run.State.DONE).first()
    before = {"state": run.state, "version": run.version}
    _save_proposals(run, last, board)
    run.state, run.ended, run.said = Run.State.DONE, timezone.now(), ""
    run.evidence, run.version, run.headline = board.evidence, board.version, board.headline
    run.equity, run.load = board.equity, board.load
    run.unmatched, run.changes, run.left_out = board.unmatched, board.changes, list(left_out)
    run.save()
    # The plan in full is the run's own; the entry says that it is there.
    audit.record(who=run.who, action="run.done", thing=run, before={**audit.fields(run), **before})


def _save_proposals(run: Run, last: Run | None, board: pipeline.Board) -> None:
    # Held, so that no answer given meanwhile is written over.
    held = Proposal.objects.filter(system=run.system_id).select_for_update(of=("self",)).order_by("pk")
    there = {_key(vars(one)): one for one in held.select_related("agreement__partnership")}
    new, old, again = [], [], []
    for row in board.proposals:
        key = _key({**row, "receiver_id": row["receiver"], "provider_id": row["provider"]})
        one = there.pop(key, None)
        if one is None:
            receiver, provider, phase, theme = key
            one = Proposal(
                system_id=run.system_id, receiver_id=receiver, provider_id=provider, phase=phase, theme=theme,
                first=run,
            )  # fmt: skip
            new.append(one)
        else:
            if last is None or one.run_id != last.pk or one.gone_id is not None:
                one.first = run
            if row["state"] in OPEN_IN_PLAN and _may_begin_anew(one):
                _begin_anew(one, run)
                again.append(one)
            old.append(one)
        _tell(one, row, run, board.evidence)
    for one in there.values():
        if one.gone_id is None:
            one.gone = run
            old.append(one)
    Reply.objects.filter(proposal__in=again).delete()
    Proposal.objects.bulk_create(new)
    Proposal.objects.bulk_update(old, TOLD, batch_size=200)


def _may_begin_anew(one: Proposal) -> bool:
    """Whether the schools may be asked anew: nothing was decided for good, or what they agreed is over."""
    together = one.agreement.partnership if one.agreement is not None else None
    return one.state in AGAIN or (together is not None and together.closed is not None)


def _begin_anew(one: Proposal, run: Run) -> None:
    """Take a proposal for one that was never sent."""
    before = audit.fields(one)
    one.state, one.agreement = Proposal.State.DRAFT, None
    audit.record(who=run.who, action="proposal.anew", thing=one, before=before)


def _tell(one: Proposal, row: dict[str, Any], run: Run, version: str) -> None:
    """Take over what the plan tells of a proposal."""
    one.run, one.gone, one.evidence = run, None, version
    one.planned, one.sentences, one.why = row["state"], row["said"], row["why"] or ""
    one.keys, one.source = bool(row["keys"]), row["source"] or ""
    for name in ("gain", "gain_low", "gain_high", "minutes", "days", "stays"):
        setattr(one, name, row[name])


def _key(row: dict[str, Any]) -> Key:
    return row["receiver_id"], row["provider_id"], row["phase"], row["theme"]
