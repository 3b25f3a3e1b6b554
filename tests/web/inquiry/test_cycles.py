"""Cycles of joint practice development: begun, written, moved, ended, taken up again; nothing is lost."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from commonroom.errors import SaidToPeople
from commonroom.web.audit.models import Entry
from commonroom.web.inquiry import actions, queries, words
from commonroom.web.inquiry.actions.writing import Overtaken
from commonroom.web.inquiry.models import Cycle, Move
from commonroom.web.partnerships.models import Moment
from room_words import TODAY, agree_point, begin_cycle, read, record_visit, take_decision, write_note

pytestmark = pytest.mark.django_db
cycles = actions.cycles


def move(who, cycle, stage):
    return cycles.move(who=who, cycle=cycle, stage=stage, revision=cycle.revision, today=TODAY)


def end(who, cycle, next="adopt"):
    acted = words.Acted(next, "It works.")
    return cycles.end(who=who, cycle=cycle, words=acted, revision=cycle.revision, today=TODAY)


def test_a_cycle_goes_on_and_back_and_nothing_is_lost(partnership, head, other_head, browse):
    client = browse(head)
    path = f"/partnerships/{partnership.pk}/cycles/"
    typed = {
        "question": "Do <i>calls</i> help?",
        "trying": "Calls",
        "plan_by": "2026-12-01",
        "key": str(uuid.uuid4()),
    }
    for _ in range(2):
        assert client.post(f"{path}new/", typed).status_code == 303
    cycle = Cycle.objects.get()
    here = f"{path}{cycle.pk}/"
    assert client.post(f"{here}to/do/", {"revision": "1"}).status_code == 303
    assert client.post(f"{here}do/", {"revision": "2", "happened": "Five weeks of six."}).status_code == 303
    assert client.post(f"{here}study/", {"revision": "3", "learned": "All were glad."}).status_code == 303
    assert client.post(f"{here}to/plan/", {"revision": "4"}).status_code == 303
    cycle.refresh_from_db()
    assert (cycle.stage, cycle.happened, cycle.learned) == (
        "plan",
        "Five weeks of six.",
        "All were glad.",
    )
    assert (
        client.post(f"{here}act/", {"revision": "5", "next": "adapt", "next_why": "Shorter."}).status_code
        == 303
    )
    cycle.refresh_from_db()
    assert (cycle.stage, cycle.next) == ("act", "adapt")
    assert cycle.ended is not None
    assert cycle.due is None
    assert [one.stage for one in cycle.moves.all()] == ["plan", "do", "plan", "act"]
    assert Entry.objects.filter(kind="cycle").count() == Moment.objects.count() == 6
    page = client.get(here).content.decode()
    assert "Do &lt;i&gt;calls&lt;/i&gt; help?" in page
    assert "Five weeks of six." in page
    assert "Take it up again" in page
    assert client.get(f"{here}resume/").status_code == 200
    assert client.post(f"{here}resume/", {"revision": "6"}).status_code == 303
    cycle.refresh_from_db()
    assert (cycle.ended, cycle.next) == (None, "adapt")
    assert str(Move.objects.first()).startswith("Plan 2026")
    assert str(cycle) == "Do <i>calls</i> help?"


def test_every_page_of_a_cycle_opens_and_shows_what_belongs_to_it(partnership, head, browse):
    cycle = begin_cycle(head, partnership, practice="Calls home", plan_by=date(2020, 1, 1))
    write_note(head, partnership, "Of the stage", cycle=cycle, stage="do")
    write_note(head, partnership, "Of the whole", cycle=cycle)
    record_visit(head, partnership, cycle=cycle)
    agree_point(head, partnership, cycle=cycle)
    take_decision(head, partnership, cycle=cycle)
    client = browse(head)
    here = f"/partnerships/{partnership.pk}/cycles/{cycle.pk}/"
    page = client.get(here).content.decode()
    for shown in (
        "Calls home",
        "Of the stage",
        "Of the whole",
        "See registration",
        "Send figures",
        "Year 9 first",
    ):
        assert shown in page
    for part in ("plan/", "do/", "study/", "act/", "to/do/"):
        assert client.get(here + part).status_code == 200
    assert "Write what we will try" in page
    cycles.change(
        who=head,
        cycle=cycle,
        words=words.Planned("Do calls help?", trying="Calls"),
        revision=cycle.revision,
        today=TODAY,
    )
    assert "Write what we will try" not in client.get(here).content.decode()
    for part in ("nonsense/", "to/nonsense/"):
        assert client.get(here + part).status_code == 404
    for stage in ("do", "study", "act"):
        move(head, Cycle.objects.get(), stage)
        assert {client.get(path).status_code for path in (here, f"/partnerships/{partnership.pk}/")} == {200}
    end(head, Cycle.objects.get())
    assert "Adopt" in read(client, partnership, "cycles/")


def test_two_who_write_at_once_both_keep_their_text(partnership, head, other_head, browse):
    cycle = begin_cycle(head, partnership)
    here = f"/partnerships/{partnership.pk}/cycles/{cycle.pk}/do/"
    assert browse(head).post(here, {"revision": "1", "happened": "Mine"}).status_code == 303
    second = browse(other_head).post(here, {"revision": "1", "happened": "Yours"})
    assert second.status_code == 422
    page = second.content.decode()
    assert f"{head} changed this while you were writing: what happened." in page
    assert "Mine" in page
    assert "Yours" in page
    assert 'name="revision" value="2"' in page
    assert Cycle.objects.get().happened == "Mine"
    assert browse(other_head).post(here, {"revision": "2", "happened": "Mine and yours"}).status_code == 303


def test_what_another_removed_is_said_and_what_was_typed_stays(partnership, head, browse):
    cycle = begin_cycle(head, partnership)
    Cycle.objects.filter(pk=cycle.pk).delete()
    with pytest.raises(Overtaken, match="removed this") as refused:
        cycles.change(who=head, cycle=cycle, words=words.Done("x"), revision=1, today=TODAY)
    assert refused.value.thing is None


def test_what_cannot_be_is_refused(partnership, head):
    cycle = begin_cycle(head, partnership)
    with pytest.raises(SaidToPeople, match="at this stage already"):
        move(head, cycle, "plan")
    with pytest.raises(SaidToPeople, match="is open"):
        cycles.resume(who=head, cycle=cycle, revision=1, today=TODAY)
    ended = end(head, Cycle.objects.get())
    with pytest.raises(SaidToPeople, match="was ended"):
        cycles.change(who=head, cycle=ended, words=words.Done("x"), revision=ended.revision, today=TODAY)
    assert Cycle.objects.get().revision == 2


def test_nobody_else_works_in_a_cycle(partnership, head, stranger, officer, make_person, ashfield):
    cycle = begin_cycle(head, partnership)
    before = Entry.objects.count()
    for person in (stranger, officer, make_person("governor", ashfield), make_person("administrator")):
        for act in (
            lambda who: begin_cycle(who, partnership),
            lambda who: move(who, cycle, "do"),
            lambda who: end(who, cycle),
            lambda who: cycles.resume(who=who, cycle=cycle, revision=1, today=TODAY),
            lambda who: cycles.change(who=who, cycle=cycle, words=words.Done("x"), revision=1, today=TODAY),
        ):
            with pytest.raises(PermissionDenied):
                act(person)
    assert Entry.objects.count() == before


def test_a_cycle_of_another_room_is_not_found(partnership, head, birchwood, cedar, ashfield, browse):
    from commonroom.web.partnerships.models import Partnership

    other = Partnership.objects.create(receiver=birchwood, provider=cedar, theme="reading", agreed=TODAY)
    mine = Partnership.objects.create(receiver=ashfield, provider=cedar, theme="reading", agreed=TODAY)
    cycle = begin_cycle(head, partnership)
    client = browse(head)
    assert client.get(f"/partnerships/{other.pk}/cycles/{cycle.pk}/").status_code == 404
    assert client.get(f"/partnerships/{mine.pk}/cycles/{cycle.pk}/").status_code == 404
    with pytest.raises(SaidToPeople, match="another partnership"):
        write_note(head, mine, cycle=cycle)


def test_stages_follow_each_other():
    assert [queries.following(stage) for stage in ("plan", "do", "study", "act")] == [
        "do",
        "study",
        "act",
        "",
    ]
