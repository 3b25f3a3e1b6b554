"""Days of trusts, authorities and system leaders: who says them, what is refused, and what a run takes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry
from commonroom.web.partnerships.board import inputs
from commonroom.web.partnerships.board.days import actions, lines, queries
from commonroom.web.partnerships.board.days.actions import Kind, Stated
from commonroom.web.partnerships.board.days.models import SharedDays, Trusts
from commonroom.web.schools.models import School, System
from web_board import DAY

Browse = Callable[[Person | None], Client]

DAYS = "/systems/greater-manchester/board/days/"
TRUSTS = "/systems/greater-manchester/board/trusts/"
OLDHAM = Stated(Kind.AUTHORITY, "Oldham", Decimal(200))


@pytest.fixture
def trusts(officer: Person, system: System, ashfield: School, birchwood: School) -> Trusts:
    """Both schools are in one trust."""
    told = {"900001": "Bright Trust", "900002": "Bright  trust"}
    return actions.set_trusts(who=officer, system=system, trusts=told, revision=0)


def test_days_are_said_once_and_then_anew(officer: Person, system: System, trusts: Trusts) -> None:
    for days in (200, 150):
        made = actions.set_days(
            who=officer, system=system, stated=Stated(Kind.AUTHORITY, "oldham", Decimal(days))
        )
    assert (str(made), made.days, made.place()) == ("Authority: Oldham", 150, system.place())
    both = (Stated(Kind.TRUST, "BRIGHT trust", Decimal(30)), Stated(Kind.LEADER, "", Decimal(400)))
    trust, leaders = (actions.set_days(who=officer, system=system, stated=one) for one in both)
    assert (str(trust), str(leaders)) == (
        "Trust: Bright Trust",
        "System leaders: all authorities that are not named",
    )
    assert queries.days(system).count() == 3
    written = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert written == ["trusts.set", *["days.set"] * 4]
    with pytest.raises(IntegrityError), transaction.atomic():
        SharedDays.objects.create(system=system, kind="authority", name="Oldham", days=1)


def test_only_who_works_the_board_says_them(
    officer: Person, system: System, head: Person, make_person: Callable[..., Person], other_system: System
) -> None:
    held = SharedDays.objects.create(system=system, kind="authority", name="Oldham", days=1)
    others = [make_person("system_leader", system), make_person("authority_officer", other_system), head]
    for who in others:
        with pytest.raises(PermissionDenied):
            actions.set_days(who=who, system=system, stated=OLDHAM)
        with pytest.raises(PermissionDenied):
            actions.withdraw(who=who, held=held)
        with pytest.raises(PermissionDenied):
            actions.set_trusts(who=who, system=system, trusts={}, revision=0)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("kind", "name"), [(Kind.TRUST, "Oldham"), (Kind.LEADER, "Wigan")])
def test_whom_no_school_belongs_to_has_no_days(
    kind: Kind, name: str, officer: Person, system: System, ashfield: School
) -> None:
    with pytest.raises(SaidToPeople, match="No school of this system is in a trust or an authority"):
        actions.set_days(who=officer, system=system, stated=Stated(kind, name, Decimal(1)))


def test_days_are_taken_back_once(officer: Person, system: System, ashfield: School) -> None:
    held = actions.set_days(who=officer, system=system, stated=OLDHAM)
    actions.withdraw(who=officer, held=held)
    with pytest.raises(SaidToPeople, match="taken back already"):
        actions.withdraw(who=officer, held=held)
    assert not queries.days(system).exists()
    assert Entry.objects.filter(action="days.withdraw").count() == 1


def test_a_list_of_trusts_is_one_list(officer: Person, system: System, trusts: Trusts) -> None:
    assert (str(trusts), trusts.place()) == ("Greater Manchester", system.place())
    assert queries.names(system) == [("Bright Trust", 2)]
    with pytest.raises(SaidToPeople, match="Somebody else changed the list"):
        actions.set_trusts(who=officer, system=system, trusts={}, revision=0)
    with pytest.raises(SaidToPeople, match="no schools of this system: 900003"):
        actions.set_trusts(who=officer, system=system, trusts={"900003": "Far Trust"}, revision=1)
    actions.set_days(who=officer, system=system, stated=Stated(Kind.TRUST, "Bright Trust", Decimal(30)))
    with pytest.raises(SaidToPeople, match="no school would be any more: Bright Trust"):
        actions.set_trusts(who=officer, system=system, trusts={"900001": "New Trust"}, revision=1)
    # A trust of which days are stated keeps the name that they are stated under.
    again = actions.set_trusts(who=officer, system=system, trusts={"900001": "bright trust"}, revision=1)
    assert (again.schools, again.revision) == ({"900001": "Bright Trust"}, 2)


def test_lines_are_read_as_people_paste_them() -> None:
    schools = {"900001": "Ashfield School", "900002": "St Mary's", "900003": "Twin", "900004": "Twin"}
    read = lines.read(
        'URN\tTrust name\n900001\t"Bright Trust, of Oldham"\n\nst marys, Bright   Trust\n'
        "Twin; One\n900003\n900003;--\n900001; Other Trust\n900004;" + "x" * 121,
        schools=schools,
    )
    assert read.trusts == {"900001": "Bright Trust, of Oldham", "900002": "Bright Trust"}
    assert read.others == ["line 5: “Twin” is no school of this system."]
    assert read.wrong == [
        "line 6: no trust stands beside the school.",
        "line 7: no trust stands beside the school.",
        "line 8: Ashfield School stands in another trust above.",
        "line 9: the name of the trust is too long.",
    ]


def test_days_and_trusts_on_pages(officer: Person, system: System, trusts: Trusts, browse: Browse) -> None:
    client = browse(officer)
    empty = client.get(DAYS).text
    assert "so nothing limits what schools give" in empty
    assert "Bright Trust: 2" in empty
    wrong = client.post(DAYS, {"whose": "authority:Bury", "days": "10"})
    assert (wrong.status_code, "Select a valid choice" in wrong.text) == (422, True)
    for whose, days in (("authority:Oldham", "200"), ("trust:Bright Trust", "30.5"), ("leader:", "400")):
        assert client.post(DAYS, {"whose": whose, "days": days}).status_code == 303
    held = queries.days(system).get(kind="trust")
    assert 'value="30.5"' in client.get(f"{DAYS}?change={held.pk}").text
    assert client.get(f"{DAYS}?change=x").status_code == 200
    assert client.get(f"{DAYS[:-1]}.csv").text.splitlines()[1:] == [
        "authority,Oldham,200.0,",
        "leader,System leaders: all authorities that are not named,400.0,",
        "trust,Bright Trust,30.5,",
    ]
    assert "Take these days back?" in client.get(f"{DAYS}{held.pk}/withdraw/").text
    assert client.post(f"{DAYS}{held.pk}/withdraw/").status_code == 303
    assert client.post(f"{DAYS}{held.pk}/withdraw/").status_code == 404
    client.cookies["django_language"] = "cy"
    assert "Arweinwyr system" in client.get(DAYS).text


def test_trusts_are_pasted_on_a_page(officer: Person, system: System, trusts: Trusts, browse: Browse) -> None:
    client = browse(officer)
    assert "900001\tBright Trust\n900002\tBright Trust" in client.get(TRUSTS).text
    many = "\n".join(f"{number};Far Trust" for number in range(25))
    wrong = client.post(TRUSTS, {"schools": many, "revision": 1})
    assert wrong.status_code == 422
    assert "line 20: “19” is no school of this system." in wrong.text
    assert "line 21" not in wrong.text
    assert "and 5 more lines." in wrong.text
    sent = {"schools": f"{many}\n900002;New Trust", "leave_out": "on", "revision": 1}
    assert client.post(TRUSTS, sent).status_code == 303
    stale = client.post(TRUSTS, sent)
    assert (stale.status_code, "Somebody else changed the list" in stale.text) == (422, True)
    file = client.get(f"{TRUSTS[:-1]}.csv").text
    assert file.splitlines()[1:] == ["900002,New Trust"]


def test_pages_are_refused_to_others(
    system: System, head: Person, make_person: Callable[..., Person], browse: Browse
) -> None:
    held = SharedDays.objects.create(system=system, kind="authority", name="Oldham", days=1)
    leader = browse(make_person("system_leader", system))
    page = leader.get(DAYS)
    assert page.status_code == 200
    assert "Save" not in page.text
    assert leader.get(f"{DAYS[:-1]}.csv").status_code == 200
    assert leader.post(DAYS, {"whose": "leader:", "days": "1"}).status_code == 403
    assert leader.get(TRUSTS).status_code == 403
    assert leader.post(f"{DAYS}{held.pk}/withdraw/").status_code == 403
    for path in (DAYS, TRUSTS, f"{DAYS[:-1]}.csv", f"{TRUSTS[:-1]}.csv", f"{DAYS}{held.pk}/withdraw/"):
        assert browse(head).get(path).status_code == 404


def test_a_run_takes_days_and_trusts_and_says_what_it_leaves_out(
    officer: Person, system: System, trusts: Trusts, tmp_path: Path, browse: Browse
) -> None:
    for stated in (
        OLDHAM,
        Stated(Kind.TRUST, "Bright Trust", Decimal(30)),
        Stated(Kind.LEADER, "", Decimal("400.5")),
        Stated(Kind.LEADER, "Oldham", Decimal(12)),
    ):
        actions.set_days(who=officer, system=system, stated=stated)
    SharedDays.objects.create(system=system, kind="trust", name="Gone Trust", days=5)
    phases = {"900001": ["secondary"], "900002": ["secondary"]}
    given = inputs.write(tmp_path, system=system, day=DAY, phases=phases)
    assert given.files.capacities is not None
    assert given.files.capacities.read_text().splitlines() == [
        "kind,name,days,authority",
        "authority,Oldham,200.0,",
        "leader, 1,366,",
        "leader, 2,34.5,",
        "leader,Oldham 1,12.0,Oldham",
        "trust,Bright Trust,30.0,",
    ]
    assert given.files.trusts is not None
    assert given.files.trusts.read_text().splitlines()[1:] == ["900001,Bright Trust", "900002,Bright Trust"]
    assert given.left_out == ({"kind": "trust", "name": "Gone Trust"},)
