"""Who is made up: a head and colleagues at a few schools, and those who broker for the system."""

from __future__ import annotations

from dataclasses import dataclass

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import HELD_AT, Role
from commonroom.web.schools.models import School, System

#: Names of people who are not there, one for each place at a school: a head, then colleagues.
HEADS = ("Asha Patel", "Bryn Evans", "Chidi Okoro", "Dilys Morgan", "Erin Walsh", "Farid Aziz", "Grace Lee")
SYSTEM = (
    (Role.AUTHORITY_OFFICER, "Oliver Grant"),
    (Role.ALLIANCE_LEAD, "Leila Haddad"),
    (Role.SYSTEM_LEADER, "Samira Khan"),
    (Role.ANALYST, "Ana Silva"),
)
COLLEAGUES = ((Role.TEACHER, "Tom Becker"), (Role.GOVERNOR, "Gwen Price"))


@dataclass(frozen=True)
class Cast:
    """Everybody, by what they are: heads in the order of their schools."""

    schools: tuple[School, ...]
    heads: tuple[Person, ...]
    teachers: tuple[Person, ...]
    supporter: Person


def invent(schools: tuple[School, ...], system: System) -> Cast:
    """Make the people up, marked as such, each with the role at the place; nobody has a password."""
    heads = tuple(
        _person(name, Role.HEADTEACHER, school) for name, school in zip(HEADS, schools, strict=False)
    )
    teachers = [_person(name, role, schools[0]) for role, name in COLLEAGUES]
    teachers.append(_person("Tesni Hughes", Role.TEACHER, schools[1], language="cy"))
    system_people = {role: _person(name, role, system) for role, name in SYSTEM}
    _person("Ada Moss", Role.ADMINISTRATOR, None)
    return Cast(schools, heads, tuple(teachers), system_people[Role.SYSTEM_LEADER])


def _person(name: str, role: Role, at: School | System | None, language: str = "en") -> Person:
    address = f"{name.lower().replace(' ', '.')}@example.org"
    person = Person.objects.create_user(address, name=name, made_up=True, language=language, digest=False)
    place = {} if at is None else {HELD_AT[role][0]: at}
    Membership.objects.create(person=person, role=role, **place)
    return person
