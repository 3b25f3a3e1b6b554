"""The interface for programs, with a token of the head of Ashfield and of those to whom it is nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

import web_world
from commonroom.web.accounts import actions
from commonroom.web.accounts.models import Person
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School, System


@pytest.fixture
def world(partnership: Partnership, head: Person, cedar: School, other_system: System) -> web_world.World:
    return web_world.make(partnership, head, cedar, other_system)


@pytest.fixture
def token() -> Callable[[Person], dict[str, str]]:
    """The header with which a program asks in the name of a person."""

    def make(person: Person) -> dict[str, str]:
        _, text = actions.make_token(who=person, name="a program", now=timezone.now())
        return {"Authorization": f"Bearer {text}"}

    return make
