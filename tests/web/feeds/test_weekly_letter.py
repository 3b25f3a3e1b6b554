"""The letter of the week: once to each who wants it, of what concerns them alone, turned off by one click."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from commonroom.web.accounts.models import Membership
from commonroom.web.audit.models import Entry
from commonroom.web.narrative.feeds import actions, digest, queries
from commonroom.web.narrative.feeds.models import Digest
from commonroom.web.partnerships.models import Moment
from commonroom.web.post import delivery
from commonroom.web.post.models import Letter

pytestmark = pytest.mark.django_db
MONDAY = datetime.date(2026, 11, 23)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def alone(other_head):
    """Nobody but the head of Ashfield wants the letter."""
    other_head.digest = False
    other_head.save()


def letters():
    return {letter.to: letter for letter in Letter.objects.filter(kind="feeds.digest")}


def test_the_letter_tells_what_waits_what_happened_and_what_comes(head, other_head, visit, point, ask):
    now = timezone.now()
    assert digest.send_due(today=MONDAY, now=now) == 2
    text = letters()[head.email].text
    assert text.startswith(f"Hello {head.name},\n\n# What waits for you\n\n- To be done: Send the list")
    assert "(Ashfield School – Birchwood School, 20 November 2026, late) http" in text
    assert "# What happened\n\n- Action agreed: Send the list" in text
    assert "# What comes\n\n- 30 November 2026: Visit: See tutor time (Ashfield School" in text
    assert "\n\n\n" not in text
    html = letters()[head.email].html
    assert "<h2>What waits for you</h2>" in html
    assert '<a href="http' in html
    assert "What waits" not in letters()[other_head.email].text


def test_it_is_written_once_a_week_however_often_it_is_asked_for(head, visit, alone):
    assert digest.send_due(today=MONDAY) == 1
    assert digest.send_due(today=MONDAY) == 0
    assert digest.send_due(today=MONDAY + 6 * DAY) == 0
    assert digest.send_due(today=MONDAY + 7 * DAY) == 1
    assert Letter.objects.count() == 2


def test_two_workers_at_once_write_one_letter(head, visit, monkeypatch):
    week = MONDAY
    Digest.objects.create(person=head, week=week)
    assert digest._send_once(head, week, MONDAY, timezone.now()) is False
    assert not Letter.objects.exists()


def test_where_there_is_nothing_to_tell_nothing_is_written(stranger, partnership):
    assert digest.send_due(today=MONDAY) == 0
    assert not Letter.objects.exists()
    assert list(Digest.objects.values_list("written", flat=True)) == [False]
    assert str(Digest.objects.get()) == f"{stranger.pk} 2026-11-23"


def test_what_was_told_is_not_told_again(head, visit, alone):
    now = timezone.now()
    digest.send_due(today=MONDAY, now=now)
    Moment.objects.update(when=now - DAY)
    told = digest.tell(head, since=Digest.objects.get().when, today=MONDAY)
    assert told["happened"] == []
    assert [one["title"] for one in told["coming"]] == ["Visit: See tutor time"]


def test_after_a_long_silence_four_weeks_are_told(head, visit, alone, monkeypatch):
    told = []
    monkeypatch.setattr(digest, "tell", lambda person, *, since, today: told.append(since))
    now = timezone.now()
    Digest.objects.create(person=head, week=MONDAY - 200 * DAY, when=now - 200 * DAY)
    digest.send_due(today=MONDAY, now=now)
    assert told == [now - 28 * DAY]


def test_nobody_is_written_to_who_does_not_want_it_is_gone_or_belongs_nowhere(head, visit, alone):
    head.digest = False
    head.save()
    assert digest.send_due(today=MONDAY) == 0
    head.digest, head.is_active = True, False
    head.save()
    assert digest.send_due(today=MONDAY) == 0
    head.is_active = True
    head.save()
    Membership.objects.filter(person=head).update(until=timezone.now())
    assert digest.send_due(today=MONDAY) == 0


def test_no_school_is_written_what_another_keeps_to_itself(head, other_head, own_note, visit):
    digest.send_due(today=MONDAY)
    assert all("ALONE" not in letter.text for letter in letters().values())


def test_it_is_in_the_language_of_the_person(head, visit):
    head.language = "cy"
    head.save()
    digest.send_due(today=MONDAY)
    letter = letters()[head.email]
    assert letter.language == "cy"
    assert "30 Tachwedd 2026" in letter.text


def test_what_people_type_stays_on_its_line(head, other_head, partnership):
    Moment.objects.create(
        partnership=partnership, date=MONDAY, kind="else", title="a\n# Big\n<b>x</b>", who=other_head
    )
    digest.send_due(today=MONDAY)
    letter = letters()[head.email]
    assert "- a # Big <b>x</b> (" in letter.text
    assert "<h2>Big" not in letter.html
    assert "<b>x" not in letter.html


def test_long_lists_are_counted(head, other_head, partnership):
    for number in range(digest.LISTED + 2):
        Moment.objects.create(partnership=partnership, date=MONDAY, kind="else", title=f"No {number}")
    digest.send_due(today=MONDAY)
    assert "and 2 more" in letters()[head.email].text


def test_one_letter_that_cannot_be_written_does_not_keep_the_others(
    head, other_head, visit, ask, monkeypatch, caplog
):
    coming = queries.coming

    def fail(person, today):
        if person == head:
            raise RuntimeError("broken")
        return coming(person, today)

    monkeypatch.setattr(queries, "coming", fail)
    assert digest.send_due(today=MONDAY) == 1
    assert set(letters()) == {other_head.email}
    assert f"digest of person {head.pk}" in caplog.text
    assert not Digest.objects.filter(person=head).exists()


def test_the_letter_says_how_to_turn_it_off_to_people_and_programs(head, visit, alone):
    digest.send_due(today=MONDAY)
    letter = letters()[head.email]
    off = letter.headers["List-Unsubscribe"].strip("<>")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert off in letter.text
    delivery.deliver_due(now=timezone.now() + DAY)
    (sent,) = mail.outbox
    assert sent.extra_headers["List-Unsubscribe"] == f"<{off}>"


def test_one_click_turns_it_off_without_signing_in(browse, head):
    from django.test import Client

    path = reverse("digest-off", args=[actions.sign(head)])
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(path).status_code == 200
    head.refresh_from_db()
    assert head.digest
    answer = strict.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert "It is turned off." in answer.content.decode()
    head.refresh_from_db()
    assert not head.digest
    strict.post(path)
    entry = Entry.objects.get(action="digest.off")
    assert (entry.who, entry.before, entry.after) == (head, {"digest": True}, {"digest": False})


def test_the_link_is_of_one_person_and_no_other_link_does_it(browse, head):
    from django.core import signing

    assert browse().post(reverse("digest-off", args=["forged"])).status_code == 404
    other = signing.dumps(head.pk, salt="something else")
    assert browse().post(reverse("digest-off", args=[other])).status_code == 404
    head.refresh_from_db()
    assert head.digest


def test_it_can_be_turned_on_again(head):
    actions.switch_digest(who=head, on=False)
    assert actions.switch_digest(who=head, on=True).digest
    assert Entry.objects.filter(action="digest.on").count() == 1


def test_the_page_is_in_the_language_of_the_person(browse, head):
    head.language = "cy"
    head.save()
    page = browse().get(reverse("digest-off", args=[actions.sign(head)])).content.decode()
    assert '<html lang="cy">' in page
