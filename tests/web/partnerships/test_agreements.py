"""Two heads agree on aim, days and start: nothing binds before both said yes to the same terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry
from commonroom.web.partnerships.agreements import actions, queries
from commonroom.web.partnerships.agreements.actions import Terms, Voice
from commonroom.web.partnerships.agreements.models import Agreement
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.partnerships.sides import Side
from commonroom.web.post.models import Letter
from commonroom.web.schools.models import School

Browse = Callable[[Person | None], Client]

DAY = date(2026, 11, 22)
TERMS = Terms("More pupils in school on Fridays.", Decimal(10), date(2027, 1, 11))


@pytest.fixture
def agreement(head: Person, other_head: Person, ashfield: School, birchwood: School) -> Agreement:
    ask = Ask.objects.create(
        asker=ashfield,
        asked=birchwood,
        theme="attendance",
        phase="secondary",
        message="May we come?",
        state="yes",
        answered=datetime(2026, 11, 20, tzinfo=UTC),
    )
    return actions.open_between(of=ask)


@pytest.fixture
def receiver(head: Person) -> Voice:
    return Voice(head, Side.RECEIVER)


@pytest.fixture
def provider(other_head: Person) -> Voice:
    return Voice(other_head, Side.PROVIDER)


def test_both_heads_yes_to_the_same_terms_is_a_partnership(
    agreement: Agreement, receiver: Voice, provider: Voice
) -> None:
    actions.set_terms(voice=receiver, agreement=agreement, terms=TERMS, version=1)
    assert (agreement.said(Side.RECEIVER), agreement.said(Side.PROVIDER)) == (True, False)
    assert not Partnership.objects.exists()
    actions.say_yes(voice=provider, agreement=agreement, version=2, today=DAY)
    made = Partnership.objects.get()
    assert made == agreement.partnership
    assert (made.receiver, made.provider, made.state) == (agreement.receiver, agreement.provider, "agreed")
    assert (made.aim, made.days, made.starts, made.agreed) == (TERMS.aim, 10, TERMS.starts, DAY)
    assert [(one.kind, one.path) for one in Moment.objects.all()] == [
        ("agreed", f"/agreements/{agreement.pk}/")
    ]
    assert set(Letter.objects.filter(kind="partnerships.agreed").values_list("to", flat=True)) == {
        receiver.who.email,
        provider.who.email,
    }
    assert (str(agreement), str(Moment.objects.get())) == (
        "Ashfield School – Birchwood School: Attendance",
        TERMS.aim,
    )
    actions_done = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert actions_done == ["agreement.open", "agreement.terms", "partnership.agree", "agreement.yes"]


def test_one_head_alone_binds_nobody_however_often(agreement: Agreement, receiver: Voice) -> None:
    with pytest.raises(SaidToPeople, match="no aim"):
        actions.say_yes(voice=receiver, agreement=agreement, version=1, today=DAY)
    actions.set_terms(voice=receiver, agreement=agreement, terms=TERMS, version=1)
    for _ in range(2):
        actions.say_yes(voice=receiver, agreement=agreement, version=2, today=DAY)
    assert not Partnership.objects.exists()


def test_new_terms_take_back_the_yes_to_the_old(
    agreement: Agreement, receiver: Voice, provider: Voice
) -> None:
    actions.set_terms(voice=receiver, agreement=agreement, terms=TERMS, version=1)
    other = Terms("Fewer days lost.", Decimal(4), date(2027, 2, 1), date(2027, 7, 1))
    actions.set_terms(voice=provider, agreement=agreement, terms=other, version=2)
    assert (agreement.said(Side.RECEIVER), agreement.said(Side.PROVIDER)) == (False, True)
    with pytest.raises(SaidToPeople, match="changed since you read them"):
        actions.say_yes(voice=receiver, agreement=agreement, version=2, today=DAY)
    actions.say_yes(voice=receiver, agreement=agreement, version=3, today=DAY)
    assert Partnership.objects.get().days == 4


def test_a_second_yes_makes_no_second_partnership(
    agreement: Agreement, receiver: Voice, provider: Voice
) -> None:
    actions.set_terms(voice=receiver, agreement=agreement, terms=TERMS, version=1)
    stale = Agreement.objects.get(pk=agreement.pk)
    actions.say_yes(voice=provider, agreement=agreement, version=2, today=DAY)
    with pytest.raises(SaidToPeople, match="agreed already"):
        actions.say_yes(voice=provider, agreement=stale, version=2, today=DAY)
    assert Partnership.objects.count() == 1


def test_the_database_itself_refuses_an_agreement_without_both_heads(agreement: Agreement) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(state="agreed")


def test_each_head_speaks_for_their_own_school(agreement: Agreement, head: Person, officer: Person) -> None:
    for voice in (Voice(head, Side.PROVIDER), Voice(officer, Side.RECEIVER)):
        with pytest.raises(PermissionDenied):
            actions.set_terms(voice=voice, agreement=agreement, terms=TERMS, version=1)


def test_an_end_before_the_start_is_refused(agreement: Agreement, receiver: Voice) -> None:
    with pytest.raises(SaidToPeople, match="end is not after the start"):
        actions.set_terms(
            voice=receiver,
            agreement=agreement,
            terms=Terms("Aim.", Decimal(1), DAY, DAY),
            version=1,
        )


def test_what_is_dropped_is_over(agreement: Agreement, receiver: Voice, provider: Voice) -> None:
    actions.drop(voice=provider, agreement=agreement, reason="We have no cover.")
    with pytest.raises(SaidToPeople, match="not pursued"):
        actions.set_terms(voice=receiver, agreement=agreement, terms=TERMS, version=1)
    assert "> We have no cover." in Letter.objects.get(kind="partnerships.dropped").text


def test_a_pair_has_one_open_agreement_in_a_theme(agreement: Agreement) -> None:
    ask = Ask.objects.get()
    ask.pk = None
    assert actions.open_between(of=ask) == agreement


def test_a_pair_works_once_at_a_time_in_a_theme(
    agreement: Agreement, receiver: Voice, provider: Voice
) -> None:
    actions.set_terms(voice=receiver, agreement=agreement, terms=TERMS, version=1)
    names = ("receiver", "provider", "theme", "phase")
    pair = {name: getattr(agreement, name) for name in names}
    Partnership.objects.create(agreed=DAY, **pair)
    with pytest.raises(SaidToPeople, match="work together in this theme already"):
        actions.say_yes(voice=provider, agreement=agreement, version=2, today=DAY)
    with pytest.raises(SaidToPeople, match="work together in this theme already"):
        actions.open_between(of=Ask.objects.get())
    with pytest.raises(IntegrityError), transaction.atomic():
        Partnership.objects.create(agreed=DAY, **pair)
    Partnership.objects.update(state="closed", closed=DAY)
    actions.say_yes(voice=provider, agreement=agreement, version=2, today=DAY)
    assert Partnership.objects.count() == 2


def test_the_agreement_on_pages(
    agreement: Agreement, head: Person, other_head: Person, browse: Browse
) -> None:
    mine, theirs = browse(head), browse(other_head)
    path = f"/agreements/{agreement.pk}/"
    assert "Suggest aim, days and start" in mine.get(path).text
    assert mine.get(f"{path}terms/").status_code == 200
    sent = {"aim": TERMS.aim, "days": "10", "starts": "2027-01-11", "version": "1", "side": "receiver"}
    assert mine.post(f"{path}terms/", {**sent, "side": "provider"}).status_code == 422
    assert mine.post(f"{path}terms/", sent).status_code == 303
    assert path in theirs.get("/partnerships/").text
    assert "Say yes to these terms" in theirs.get(path).text
    assert "Say yes to these terms" not in mine.get(path).text
    old = theirs.post(f"{path}yes/", {"version": "1", "side": "provider"})
    assert (old.status_code, "changed since you read them" in old.text) == (422, True)
    assert mine.post(f"{path}yes/", {"version": "2", "side": "receiver"}).status_code == 303
    assert theirs.post(f"{path}yes/", {"version": "2", "side": "provider"}).status_code == 303
    made = Partnership.objects.get()
    assert f"/partnerships/{made.pk}/" in theirs.get(path).text
    page = theirs.get("/partnerships/").text
    assert "More pupils in school on Fridays." in page
    assert f'href="/partnerships/{made.pk}/"' in page
    assert "More pupils in school on Fridays." in theirs.get("/partnerships.csv").text


def test_an_agreement_is_dropped_on_a_page(agreement: Agreement, head: Person, browse: Browse) -> None:
    path = f"/agreements/{agreement.pk}/"
    assert browse(head).get(f"{path}drop/").status_code == 200
    sent = {"reason": "It is too far.", "version": "1", "side": "receiver"}
    assert browse(head).post(f"{path}drop/", sent).status_code == 303
    assert "It is too far." in browse(head).get(path).text


def test_system_roles_see_that_partnerships_are_there_and_no_way_in(
    partnership: Partnership, officer: Person, make_person: Callable[..., Person], browse: Browse
) -> None:
    page = browse(officer).get("/partnerships/").text
    assert partnership.aim in page
    assert f'href="/partnerships/{partnership.pk}/"' not in page
    assert list(queries.partnerships(officer)) == [partnership]
    leader = make_person("teacher", School.objects.create(number="900009", name="Elm School", seen="v"))
    assert not queries.partnerships(leader)
    partnership.supporters.add(leader)
    assert list(queries.partnerships(leader)) == [partnership]
    assert f'href="/partnerships/{partnership.pk}/"' in browse(leader).get("/partnerships/").text


def test_pages_are_refused_to_others(
    agreement: Agreement,
    officer: Person,
    stranger: Person,
    make_person: Callable[..., Person],
    browse: Browse,
) -> None:
    path = f"/agreements/{agreement.pk}/"
    for page in ("", "terms/", "yes/", "drop/"):
        assert browse(stranger).get(path + page).status_code == 404
        assert browse(officer).get(path + page).status_code == 404
    teacher = make_person("teacher", agreement.receiver)
    assert browse(teacher).get(path).status_code == 200
    assert browse(teacher).get(f"{path}yes/").status_code == 403
    assert browse(make_person("administrator")).get("/partnerships/").status_code == 403
