"""The register of schools follows the evidence, and never loses a school."""

from __future__ import annotations

import pytest

from commonroom.web import evidence
from commonroom.web.audit.models import Entry
from commonroom.web.schools import actions
from commonroom.web.schools.models import School, System

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shown_pages")]


def test_the_schools_of_the_evidence_are_entered_with_their_systems() -> None:
    count = actions.enter()
    assert School.objects.count() == count == evidence.shown().facts["known"]
    school = School.objects.get(pk="143260")
    assert (school.name, school.authority, school.phases) == (
        "Parrs Wood High School",
        "Manchester",
        "secondary",
    )
    assert school.in_system
    assert set(school.systems.values_list("pk", flat=True)) == {"greater-manchester", "manchester"}
    city = System.objects.get(pk="greater-manchester")
    assert (city.kind, city.name_cy) == ("city", "Manceinion Fwyaf")
    assert System.objects.filter(kind="authority").count() == 10
    assert not School.objects.get(pk="100000").systems.exists()
    assert Entry.objects.count() == 1
    # The same again changes nothing and writes nothing.
    assert actions.enter() == count
    assert Entry.objects.count() == 1
    assert School.objects.count() == count


def test_a_school_that_is_gone_stays_and_one_that_moved_leaves_its_old_system() -> None:
    School.objects.create(number="1", name="Gone", in_system=True, seen="before")
    bury = System.objects.create(slug="bury", name="Bury", kind="authority")
    former = System.objects.create(slug="former", name="Former authority", kind="authority")
    alliance = System.objects.create(slug="alliance", name="Alliance", kind="alliance")
    moved = School.objects.create(number="143260", name="Old name", seen="before")
    moved.systems.set([bury, former, alliance])
    actions.enter()
    assert not School.objects.get(pk="1").in_system
    moved.refresh_from_db()
    assert moved.name == "Parrs Wood High School"
    assert set(moved.systems.values_list("pk", flat=True)) == {"greater-manchester", "manchester", "alliance"}


def test_an_authority_with_the_name_of_the_system_keeps_a_name_of_its_own() -> None:
    assert actions._slug("Greater Manchester", "greater-manchester") == "greater-manchester-authority"
