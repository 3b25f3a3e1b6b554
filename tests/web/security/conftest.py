"""The world of which others are to see nothing."""

from __future__ import annotations

import pytest

import web_world
from commonroom.web.accounts.models import Person
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School, System


@pytest.fixture
def world(partnership: Partnership, head: Person, cedar: School, other_system: System) -> web_world.World:
    return web_world.make(partnership, head, cedar, other_system)
