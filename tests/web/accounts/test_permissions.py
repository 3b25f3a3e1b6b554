"""Who may do what: every role with every action, at its own place and elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.permissions import may
from commonroom.web.accounts.places import Place
from commonroom.web.accounts.roles import HELD_AT, NAMED, TABLE, Action, Role
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


def test_somebody_unknown_or_switched_off_may_do_nothing(head: Person, ashfield: School) -> None:
    for who in (AnonymousUser(), Person(pk=head.pk, is_active=False)):
        assert not any(may(who, action, ashfield) for action in Action)
        assert permissions.schools(who, Action.NOTES_SEE) == frozenset()
        assert permissions.systems(who, Action.BOARD_SEE) == frozenset()
        assert permissions.roles_to_give(who, ashfield) == frozenset()


def test_where_somebody_may_do_something_is_where_they_hold_a_role_for_it(
    head: Person, officer: Person, make_person: MakePerson, ashfield: School, system: System
) -> None:
    assert permissions.schools(head, Action.NOTES_SEE) == {ashfield.pk}
    assert permissions.schools(head, Action.BOARD_SEE) == frozenset()
    assert permissions.systems(officer, Action.BOARD_SEE) == {system.pk}
    assert permissions.schools(officer, Action.BOARD_SEE) == frozenset()
    assert permissions.systems(make_person("administrator"), Action.SITE_RUN) == frozenset()


@pytest.mark.parametrize("action", Action)
def test_who_is_named_on_something_may_enter_it_and_nothing_more(
    action: Action, make_person: MakePerson, ashfield: School, cedar: School, other_system: System
) -> None:
    leader, nobody = make_person("system_leader", other_system), make_person()
    for person in (leader, nobody):
        named = Named(frozenset({person.pk}))
        assert may(person, action, named) is (action in NAMED and person == leader)


@dataclass(frozen=True)
class Named:
    """Something of a school far away, on which somebody is named."""

    people: frozenset[int]

    def place(self) -> Place:
        return Place(frozenset({"900009"}), frozenset({"far"}), self.people)
