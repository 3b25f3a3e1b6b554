"""Who may do what: every role with every action, at its own place and elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commonroom.web.accounts.models import Person
from commonroom.web.accounts.permissions import may
from commonroom.web.accounts.roles import HELD_AT, TABLE, Action, Role
from commonroom.web.schools.models import School, System

MakePerson = Callable[..., Person]


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_table_says_where_it_is_held_and_nothing_elsewhere(
    role: Role, action: Action, make_person: MakePerson, ashfield: School, cedar: School, system: System
) -> None:
    held = HELD_AT[role][0]
    person = make_person(role, system if held == "system" else ashfield)
    allowed = action in TABLE[role]
    assert may(person, action, ashfield) is allowed
    assert may(person, action, cedar) is (allowed and held == "site")
    assert may(person, action, system) is (allowed and held != "school")
    assert may(person, action) is (allowed and held == "site")
