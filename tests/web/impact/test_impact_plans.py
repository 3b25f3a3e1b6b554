"""The impact plan of a partnership: asked for by heads, made by a job, locked, and never changed."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.html import escape

from commonroom.errors import SaidToPeople
from commonroom.impact import refusals
from commonroom.store import evidence
from commonroom.store import impact as folders
from commonroom.web.accounts.models import Person
from commonroom.web.audit.models import Entry
from commonroom.web.impact import actions, forms, measures, queries, reasons, tasks
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.jobs import running
from commonroom.web.jobs.models import Job
from commonroom.web.partnerships.models import Moment, Partnership
from commonroom.web.schools.models import School
from room_words import TODAY, read

pytestmark = pytest.mark.django_db
ASKED = actions.Asked(
    "attainment8", 2028, 2029, Decimal("0.2"), "Did it <b>help</b>?", "Nothing after two years."
)
TYPED = {
    "measure": "attainment8",
    "first": "2028",
    "last": "2029",
    "smallest": "0.2",
    "question": "Did it <b>help</b>?",
    "failure": "No.",
}


def ask(who: Person, partnership: Partnership, **others: Any) -> ImpactPlan:
    words = actions.Asked(**{**vars(ASKED), **others})
    return actions.ask(who=who, partnership=partnership, words=words, today=TODAY)


def work(plan: ImpactPlan) -> ImpactPlan:
    """Do the job of a plan, as a worker does."""
    job = Job.objects.filter(about_kind="impactplan", about_key=str(plan.pk)).latest("pk")
    tasks.make.func(job.pk, plan=plan.pk)
    assert Job.objects.get(pk=job.pk).state == "done"
    return ImpactPlan.objects.get(pk=plan.pk)


@pytest.fixture
def real(
    manchester: Path, partnership: Partnership, head: Person, settings: Any, tmp_path: Path
) -> Partnership:
    """The partnership, between two real schools with results; that they work together is made up."""
    settings.EVIDENCE, settings.WORK = manchester, tmp_path
    opened = evidence.open(manchester)
    mainstream = opened.table("schools").filter("in_system", kind="mainstream")
    known = opened.table("outcomes", where={"measure": "attainment8", "year": 2018}).drop_nulls("value")
    numbers = sorted(known.join(mainstream, on="school", how="semi")["school"])[:2]
    made = [School.objects.create(number=number, name=f"School {number}") for number in numbers]
    held = head.memberships.get()
    held.school = made[0]
    held.save()
    partnership.receiver, partnership.provider = made
    partnership.starts = date(2026, 12, 1)
    partnership.save()
    return partnership


def test_a_plan_is_locked_and_stays_and_another_only_stands_beside_it(real, head, browse):
    client = browse(head)
    path = f"/partnerships/{real.pk}/impact/"
    assert 'value="2027"' in client.get(f"{path}new/").content.decode()
    typed = {**TYPED, "key": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(f"{path}new/", typed).status_code == 303
    waiting = ImpactPlan.objects.get()
    assert "data-progress" in client.get(path).content.decode()
    # A worker that was killed had written it already.
    tasks.write(waiting, tasks.find(waiting), report=lambda step, share: None)
    plan = work(waiting)
    locked = folders.read_plan(tasks.find(plan))
    assert locked is not None
    assert (plan.state, plan.hash, plan.short) == ("locked", locked.plan, locked.plan[:12])
    assert sorted(locked.events["role"]) == ["provider", "receiver"]
    page = client.get(path).content.decode()
    for shown in (plan.hash, "Did it &lt;b&gt;help&lt;/b&gt;?", "shows only large effects", "synthetic"):
        assert shown in page
    assert [moment.kind for moment in Moment.objects.order_by("pk")] == ["impact.asked", "impact.locked"]
    assert Entry.objects.filter(kind="impactplan").count() == 2
    with translation.override("cy"):
        assert measures.label(plan.measure) == "Cyrhaeddiad 8"
    assert str(plan) == "Impact plan 1"
    assert actions.lock(plan=plan, hash="other", said={}, today=TODAY).hash == plan.hash
    assert actions.refuse(plan=plan, why="x").state == "locked"
    with pytest.raises(SaidToPeople, match="locked already"):
        ask(head, real, smallest=Decimal("0.3"))
    assert client.post(f"{path}new/", TYPED).status_code == 422
    otherwise = {**TYPED, "last": "2030", "reason": "Two years are few."}
    assert client.post(f"{path}new/", otherwise).status_code == 303
    second = work(ImpactPlan.objects.first())
    assert (second.number, second.state) == (2, "locked")
    assert second.hash != plan.hash
    page = client.get(path).content.decode()
    for shown in (plan.hash, second.hash, "Two years are few.", "another stands beside it"):
        assert shown in page


@pytest.mark.parametrize(
    ("change", "said", "yn_gymraeg"),
    [
        (
            {"measure": "reading_score"},
            "Reading, average scaled score is no measure of the phase",
            "Nid mesur o&#x27;r cyfnod",
        ),
        (
            {"first": 2018, "last": 2019},
            "The years end in 2019, and the first results that the work can touch are those of 2027.",
            "Mae&#x27;r blynyddoedd yn gorffen yn 2019",
        ),
    ],
)
def test_where_no_plan_can_be_made_it_says_why_in_both_languages(
    change, said, yn_gymraeg, real, head, browse
):
    plan = work(ask(head, real, **change))
    assert plan.state == "refused"
    assert said in read(browse(head), real, "impact/")
    client = browse(head)
    client.cookies["django_language"] = "cy"
    page = read(client, real, "impact/")
    assert yn_gymraeg in page
    assert 'lang="en"' not in page.split("<main", 1)[1]
    assert Moment.objects.first().kind == "impact.refused"
    assert ask(head, real).number == 2


def test_what_has_no_name_is_told_by_its_sentence(partnership, head, browse, monkeypatch):
    def refuse(*_given: object, **_named: object) -> None:
        raise SaidToPeople("the evidence is <b>damaged</b>.")

    monkeypatch.setattr(tasks, "write", refuse)
    plan = work(ask(head, partnership))
    assert plan.said == {"why": "the evidence is <b>damaged</b>.", "reasons": []}
    page = read(browse(head), partnership, "impact/")
    assert f'No plan can be made of this: <span lang="en">{escape(plan.said["why"])}' in page


def test_a_plan_whose_job_failed_is_in_nobody_s_way(partnership, head, other_head, browse, monkeypatch):
    def fail(*_given: object, **_named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(tasks, "write", fail)
    first = ask(head, partnership)
    with pytest.raises(running.Failed):
        work(first)
    assert ImpactPlan.objects.get().state == "waiting"
    for person in (head, other_head):
        page = read(browse(person), partnership, "impact/")
        assert "Something went wrong, and it was noted. Ask for the plan again." in page
        assert "Attach an impact plan" in page
    second = ask(head, partnership)
    assert (second.number, second.state) == (2, "waiting")
    first.refresh_from_db()
    assert (first.state, first.said) == ("refused", queries.FAILED)


def test_every_reason_of_the_analysis_is_said(partnership, head):
    assert reasons.SENTENCES.keys() == {*get_args(refusals.Key), "failed"}
    plan = ImpactPlan(partnership=partnership)
    for language in ("en", "cy"):
        for key in get_args(refusals.Key):
            plan.said = {"reasons": [asdict(refusals.Reason(key, "attainment8", 2027, 2019))]}
            with translation.override(language):
                (said,) = reasons.say(plan)
            assert "%" not in said
            assert said.endswith(".")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"measure": "nonsense"}, "no such measure"),
        ({"first": 2030}, "before the first"),
        ({"smallest": Decimal(0)}, "more than nought"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(change, said, partnership, head):
    with pytest.raises(SaidToPeople, match=said):
        ask(head, partnership, **change)
    assert not ImpactPlan.objects.exists()


def test_one_plan_is_made_at_a_time(partnership, head, other_head, browse):
    plan = ask(head, partnership)
    with pytest.raises(SaidToPeople, match="being made"):
        ask(head, partnership)
    assert actions.ask(who=head, partnership=partnership, words=ASKED, today=TODAY, key=plan.key) == plan
    assert "The plan is being made." in read(browse(other_head), partnership, "impact/")


def test_only_heads_ask_for_a_plan(partnership, stranger, officer, make_person, ashfield):
    for person in (stranger, officer, make_person("teacher", ashfield), make_person("administrator")):
        with pytest.raises(PermissionDenied):
            ask(person, partnership)
    assert not ImpactPlan.objects.exists()


def test_the_years_that_count_begin_with_the_results_of_the_first_school_year(partnership):
    assert forms.first_years(partnership, date(2026, 8, 31)) == (2026, 2027)
    assert forms.first_years(partnership, date(2026, 9, 1)) == (2027, 2028)


def test_measures_are_those_of_the_phase_by_name():
    secondary = dict(measures.choices("secondary"))
    assert "attainment8" in secondary
    assert "reading_score" not in secondary
    assert list(secondary.values()) == sorted(secondary.values())
    assert "absence" in secondary
    assert "absence" not in dict(measures.choices(""))
    assert {"attainment8", "reading_score"} < dict(measures.choices("")).keys()
    assert measures.label("nonsense") == "nonsense"
