"""Offers and requests: who writes them, who reads them, and what is said when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry
from commonroom.web.partnerships import themes
from commonroom.web.partnerships.market import actions, queries
from commonroom.web.partnerships.market.actions import Said
from commonroom.web.partnerships.market.models import Capacity, Offer
from commonroom.web.schools.models import School

Browse = Callable[[Person | None], Client]

DAY = date(2026, 11, 22)
ATTENDANCE = Said("offer", "attendance", "secondary", "Friday phone calls.", Decimal(8), date(2027, 7, 1))


@pytest.fixture
def offer(other_head: Person, birchwood: School) -> Offer:
    return actions.write(who=other_head, school=birchwood, said=ATTENDANCE, today=DAY)


def test_an_offer_is_written_once_with_one_entry(offer: Offer, birchwood: School) -> None:
    assert str(offer) == "We can help: Attendance"
    assert offer.place() == birchwood.place()
    assert [one.action for one in Entry.objects.all()] == ["offer.write"]


def test_only_a_head_of_the_school_writes_for_it(head: Person, officer: Person, birchwood: School) -> None:
    for person in (head, officer):
        with pytest.raises(PermissionDenied):
            actions.write(who=person, school=birchwood, said=ATTENDANCE, today=DAY)
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (ATTENDANCE, "has said something"),
        (Said("offer", "attendance", "primary"), "no such theme"),
        (Said("offer", "no-such-theme", "secondary"), "no such theme"),
        (Said("request", "reading", "secondary", days=Decimal(3)), "Days go with an offer"),
        (Said("request", "reading", "secondary", until=date(2026, 1, 1)), "over already"),
        (Said("offer", "reading", "secondary", days=Decimal(359)), "more days together"),
    ],
)
def test_what_cannot_be_said_is_refused_in_one_sentence(
    said: Said, sentence: str, offer: Offer, other_head: Person, birchwood: School
) -> None:
    with pytest.raises(SaidToPeople, match=sentence):
        actions.write(who=other_head, school=birchwood, said=said, today=DAY)
    assert Offer.objects.get() == offer


def test_an_offer_that_is_over_makes_room_for_another(
    offer: Offer, other_head: Person, birchwood: School
) -> None:
    actions.write(
        who=other_head,
        school=birchwood,
        said=Said("no offer", "attendance", "secondary"),
        today=date(2027, 7, 2),
    )
    offer.refresh_from_db()
    assert offer.withdrawn is not None
    assert Offer.objects.get(withdrawn=None).says == "no offer"


def test_an_offer_is_changed_and_withdrawn(offer: Offer, other_head: Person, head: Person) -> None:
    changed = actions.revise(
        who=other_head, offer=offer, said=Said("offer", "attendance", "secondary", "Calls."), today=DAY
    )
    assert (changed.words, changed.days) == ("Calls.", None)
    with pytest.raises(PermissionDenied):
        actions.withdraw(who=head, offer=offer)
    actions.withdraw(who=other_head, offer=offer)
    with pytest.raises(SaidToPeople, match="withdrawn already"):
        actions.withdraw(who=other_head, offer=offer)
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "offer.write",
        "offer.change",
        "offer.withdraw",
    ]


def test_days_are_said_once_for_a_school(other_head: Person, birchwood: School) -> None:
    actions.set_capacity(who=other_head, school=birchwood, days=Decimal(12))
    made = actions.set_capacity(who=other_head, school=birchwood, days=Decimal("7.5"))
    assert str(made) == "Birchwood School: 7.5"
    assert made.place() == birchwood.place()
    assert Capacity.objects.count() == 1
    assert Entry.objects.last().after["days"] == "12"  # type: ignore[union-attr]


def test_the_market_is_that_of_ones_systems(
    offer: Offer, head: Person, stranger: Person, officer: Person
) -> None:
    seen = {who: list(queries.market(who, day=DAY)) for who in (head, officer, stranger)}
    assert seen == {head: [offer], officer: [offer], stranger: []}
    assert not queries.market(head, day=date(2027, 7, 2)).exists()


def test_the_list_is_filtered_and_taken_away(offer: Offer, head: Person, browse: Browse) -> None:
    client = browse(head)
    page = client.get("/offers/", {"theme": "attendance", "authority": "Oldham", "says": "offer"})
    assert "Friday phone calls." in page.text
    assert "/asks/new/?of=900002&amp;theme=attendance&amp;phase=secondary" in page.text
    assert "Friday" not in client.get("/offers/", {"theme": "reading"}).text
    assert "Friday" in client.get("/offers/", {"theme": "made up"}).text
    Offer.objects.update(words="=1+1")
    file = client.get("/offers.csv")
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert ",'=1+1," in file.text


def test_a_head_writes_changes_and_withdraws_on_pages(other_head: Person, browse: Browse) -> None:
    client = browse(other_head)
    sent = {
        "school": "900002",
        "says": "offer",
        "theme": "attendance",
        "phase": "secondary",
        "words": "Calls.",
        "days": "8",
    }
    assert client.get("/offers/new/").status_code == 200
    assert client.post("/offers/new/", sent).status_code == 303
    again = client.post("/offers/new/", {**sent, "words": "Typed again."})
    assert again.status_code == 422
    assert "has said something" in again.text
    assert "Typed again." in again.text
    pk = Offer.objects.get().pk
    assert "Calls." in client.get(f"/offers/{pk}/change/").text
    assert client.post(f"/offers/{pk}/change/", {**sent, "days": "9"}).status_code == 303
    assert "Calls." in client.get("/offers/ours/").text
    assert client.get("/offers/days/900002/").status_code == 200
    assert client.post("/offers/days/900002/", {"days": "20"}).status_code == 303
    assert "It can give 20 days a year in all." in client.get("/offers/ours/").text
    assert client.get("/offers/days/900002/").status_code == 200
    assert "Withdraw" in client.get(f"/offers/{pk}/withdraw/").text
    assert client.post(f"/offers/{pk}/withdraw/").status_code == 303
    assert Offer.objects.get().withdrawn is not None


def test_what_nobody_knows_is_called_by_its_name(other_head: Person, browse: Browse) -> None:
    assert themes.label("no-such-theme") == "no-such-theme"
    # PostgreSQL would refuse to look for it.
    assert browse(other_head).get("/offers/days/9%000/").status_code == 404
    assert browse(other_head).get("/asks/new/?of=%00").status_code == 404


def test_pages_are_refused_to_others(
    offer: Offer, head: Person, officer: Person, make_person: Callable[..., Person], browse: Browse
) -> None:
    assert browse(head).get(f"/offers/{offer.pk}/change/").status_code == 404
    assert browse(officer).get("/offers/new/").status_code == 403
    assert browse(officer).get("/offers/").status_code == 200
    assert browse(make_person("administrator")).get("/offers/").status_code == 403
    assert browse(None).get("/offers/").status_code == 302
