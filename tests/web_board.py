"""What a plan comes to, as a test would have it, and answers to what it proposes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from commonroom import pipeline
from commonroom.web.accounts.models import Person
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.board import actions
from commonroom.web.partnerships.board.models import Proposal
from commonroom.web.partnerships.sides import Answer, Side

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def row(receiver: str, provider: str, theme: str = "attendance", **others: Any) -> dict[str, Any]:
    """One proposal as a plan tells it."""
    said = {"what": f"{provider} would help {receiver}.", "because": "Near.", "brings": "A little."}
    told = {"state": "new", "why": "evidence", "keys": False, "minutes": 12.0, "gain": 0.1, "days": 10.0}
    told |= {"gain_low": 0.0, "gain_high": 0.2, "stays": 0.9, "source": "DfE 2024/25"}
    welsh = {**said, "what": f"Byddai {provider} yn helpu {receiver}."}
    key = {"receiver": receiver, "provider": provider, "phase": "secondary", "theme": theme}
    return {**key, **told, "said": {"en": said, "cy": welsh}, **others}


def plan(*proposals: dict[str, Any], version: str = "p1") -> pipeline.Board:
    """What a plan comes to."""
    alone = {"receiver": "900002", "receiver_name": "Birchwood School", "phase": "secondary"}
    alone |= {"theme": "reading", "reason": "nobody", "keys": False}
    alone |= {"said": {"en": {"said": "Nobody is strong in it."}, "cy": {"said": "Nid oes neb."}}}
    change = {**alone, "before": "900002", "now": None, "why": "declined"}
    return pipeline.Board(
        version=version,
        evidence="e1",
        headline={"en": ["One school has a partner."], "cy": ["Mae gan un ysgol bartner."]},
        proposals=list(proposals),
        unmatched=[alone],
        changes=[change],
        equity=[
            {"phase": "secondary", "by": "need", "group": "4", "needs": 3, "helped": 1, "minutes": 12.0},
            {"phase": "secondary", "by": "all", "group": "all", "needs": 3, "helped": 1, "minutes": 12.0},
        ],
        load=[
            {"provider": "900002", "provider_name": "Birchwood School", "days": 20.0, "given": 10.0}
            | {"gives": 1, "receives": 0}
        ],
    )


def reply(one: Proposal, who: Person, side: Side, answer: Answer, reason: str = "") -> Proposal:
    return actions.reply(who=who, proposal=one, side=side, said=Answered(answer, reason), now=NOW)
