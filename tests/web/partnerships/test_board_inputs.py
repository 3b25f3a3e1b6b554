"""What a run is made from: decisions, ties and statements, as tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from commonroom.web.accounts.models import Person
from commonroom.web.partnerships.agreements import actions as agreements
from commonroom.web.partnerships.agreements.actions import Voice
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.board import inputs
from commonroom.web.partnerships.board.models import Proposal, Reply
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.sides import Answer, Side
from commonroom.web.schools.models import School, System
from web_board import DAY, NOW, reply

S = Proposal.State


def test_an_agreement_that_is_dropped_declines_the_proposal(
    sent: Proposal, head: Person, other_head: Person, system: System, tmp_path: Any
) -> None:
    reply(sent, head, Side.RECEIVER, Answer.YES)
    reply(sent, other_head, Side.PROVIDER, Answer.YES)
    agreements.drop(
        voice=Voice(other_head, Side.PROVIDER), agreement=Agreement.objects.get(), reason="Too far."
    )
    sent.refresh_from_db()
    assert sent.state == S.DECLINED
    (tmp_path / inputs.PROPOSED).write_text(
        "provider,receiver,phase,theme\n900002,900001,secondary,attendance\n"
    )
    file = inputs.decisions(tmp_path, system=system, plans=tmp_path)
    assert file is not None
    assert "900002,900001,secondary,attendance,decline,both,Too far.,2026-11-22," in file.read_text()


def test_decisions_are_of_what_was_proposed_in_the_folder_and_one_for_each_need(
    sent: Proposal, head: Person, other_head: Person, system: System, cedar: School, tmp_path: Any
) -> None:
    reply(sent, head, Side.RECEIVER, Answer.YES)
    reply(sent, other_head, Side.PROVIDER, Answer.YES)
    # The folder of plans was lost: nothing was ever proposed there.
    assert inputs.decisions(tmp_path, system=system, plans=tmp_path) is None
    names = ("900002,900001", "900003,900001")
    (tmp_path / inputs.PROPOSED).write_text(
        "provider,receiver,phase,theme\n" + "".join(f"{pair},secondary,attendance\n" for pair in names)
    )
    other = Proposal.objects.get(pk=sent.pk)
    other.pk, other.provider, other.sent = None, cedar, datetime(2026, 11, 1, tzinfo=UTC)
    other.save()
    for side in Side:
        Reply.objects.create(proposal=other, side=side, answer="yes", when=NOW)
    file = inputs.decisions(tmp_path, system=system, plans=tmp_path)
    assert file is not None
    assert file.read_text().count("accept,both") == 1
    assert "900003" not in file.read_text()


def test_partnerships_are_ties_once_for_each_need(
    partnership: Partnership,
    ashfield: School,
    birchwood: School,
    cedar: School,
    system: System,
    tmp_path: Any,
) -> None:
    def make(provider: School, **others: Any) -> Partnership:
        told = {"phase": "secondary", "theme": "attendance", "agreed": date(2026, 1, 1), **others}
        return Partnership.objects.create(receiver=ashfield, provider=provider, **told)

    make(birchwood, state="closed", closed=date(2026, 7, 1))
    make(cedar)
    make(birchwood, theme="reading", phase="", state="closed", closed=date(2026, 7, 2))
    make(cedar, theme="english", phase="primary")
    phases = {"900001": ["secondary"], "900002": ["secondary"], "900003": ["secondary"]}
    given = inputs.write(tmp_path, system=system, day=DAY, phases=phases)
    assert given.schools == ("900001", "900002")
    assert given.files.ties is not None
    assert given.files.ties.read_text().splitlines()[1:] == [
        "900002,900001,secondary,attendance,running,2026-09-07",
        "900002,900001,secondary,reading,ended,2026-07-02",
    ]
