"""A change that was in another's way is tried again, as if nothing had been."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import OperationalError, transaction

from commonroom.web.accounts.models import Person
from commonroom.web.audit import changes
from commonroom.web.audit.changes import Busy, change
from commonroom.web.schools.models import School


class RefusedError(Exception):
    def __init__(self, **codes: Any) -> None:
        vars(self).update(codes)


def refused(**codes: Any) -> OperationalError:
    error = OperationalError("turned away")
    error.__cause__ = RefusedError(**codes)
    return error


PASSING = [{"sqlite_errorcode": 5}, {"sqlite_errorcode": 517}, {"sqlstate": "40001"}, {"sqlstate": "40P01"}]
LASTING = [{"sqlite_errorcode": 1}, {"sqlstate": "23505"}, {"sqlstate": None}, {}]


@pytest.fixture
def school() -> School:
    return School.objects.create(number="900001", name="Ashfield")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("codes", PASSING)
def test_it_is_done_once_with_things_as_they_were(codes: dict[str, Any], school: School) -> None:
    seen: list[str] = []

    @change
    def rename(*, school: School, words: str) -> str:
        seen.append(school.name)
        school.name = f"{school.name} {words}"
        school.save()
        if len(seen) < 3:
            raise refused(**codes)
        return school.name

    assert rename(school=school, words="School") == "Ashfield School"
    assert seen == ["Ashfield"] * 3
    assert School.objects.get().name == "Ashfield School"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("codes", LASTING)
def test_any_other_error_is_raised_at_once(codes: dict[str, Any]) -> None:
    tries: list[int] = []

    @change
    def fail() -> None:
        tries.append(1)
        raise refused(**codes)

    with pytest.raises(OperationalError):
        fail()
    assert tries == [1]


@pytest.mark.django_db(transaction=True)
def test_after_a_while_people_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    @change
    def fail() -> None:
        raise refused(sqlstate="40001")

    monkeypatch.setattr(changes, "pauses", lambda: iter([0.0, 0.0]))
    with pytest.raises(Busy, match="nothing was saved"):
        fail()


@pytest.mark.django_db
def test_within_another_change_it_is_part_of_it(school: School) -> None:
    tries: list[int] = []

    @change
    def fail() -> None:
        tries.append(1)
        raise refused(sqlstate="40001")

    with pytest.raises(OperationalError), transaction.atomic():
        fail()
    assert tries == [1]


def test_pauses_grow_and_come_to_an_end() -> None:
    waits = [wait for wait, _ in zip(changes.pauses(), range(50), strict=False)]
    assert max(waits[:2]) < 0.05
    assert max(waits) <= 1
    begun = time.monotonic()
    assert list(changes.pauses(0.0)) == []
    assert time.monotonic() - begun < 5


@pytest.mark.django_db
def test_people_see_a_page_with_its_own_status(browse: Any, head: Person, monkeypatch: Any) -> None:
    from commonroom.web.jobs import queries

    def busy(person: Person) -> None:
        raise Busy

    monkeypatch.setattr(queries, "seen_by", busy)
    answer = browse(head).get("/jobs/1/")
    assert answer.status_code == 503
    assert b"The site is very busy just now, and nothing was saved." in answer.content
