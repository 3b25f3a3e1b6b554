"""A board of Greater Manchester with one proposal: Birchwood to help Ashfield."""

from __future__ import annotations

import pytest

from commonroom.web.accounts.models import Person
from commonroom.web.partnerships.board import actions, runs
from commonroom.web.partnerships.board.models import Proposal, Run
from commonroom.web.schools.models import School, System
from web_board import DAY, NOW, plan, row


@pytest.fixture
def run(system: System, officer: Person, ashfield: School, birchwood: School) -> Run:
    """A run of which one proposal came: Birchwood to help Ashfield."""
    made = actions.run(who=officer, system=system, day=DAY)
    runs.begin(run=made)
    runs.save(
        run=made,
        board=plan(row("900001", "900002")),
        left_out=({"school": "Elm School", "theme": "reading", "phase": "primary"},),
    )
    return made


@pytest.fixture
def proposal(run: Run) -> Proposal:
    return Proposal.objects.get()


@pytest.fixture
def sent(proposal: Proposal, officer: Person, head: Person, other_head: Person) -> Proposal:
    return actions.send(who=officer, system=proposal.system, proposals=[proposal.pk], now=NOW)[0]
