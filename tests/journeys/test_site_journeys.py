"""Journeys that people make through the site, in a real browser, on the demo's schools."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import Role
from commonroom.web.jobs import working
from commonroom.web.partnerships.board.models import Proposal
from commonroom.web.partnerships.models import Partnership
from commonroom.web.schools.models import School
from journeys.conftest import Open

#: An authority whose officer brokers.
SYSTEM = "oldham"
WELSH_DATE = re.compile(
    r"\d+ (Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin|Gorffennaf|Awst|Medi|Hydref|Tachwedd|Rhagfyr) 20\d\d"
)


@pytest.fixture
def address(town: LiveServer) -> str:
    return str(town.url)


def named(name: str) -> Person:
    return Person.objects.get(name=name)


def room() -> str:
    """Where the partnership that is at work has its room."""
    return f"/partnerships/{Partnership.objects.get(state=Partnership.State.WORKING).pk}/"


def school_of(name: str) -> School:
    return School.objects.get(memberships__person__name=name, memberships__role=Role.HEADTEACHER)


def is_sound(page: Page) -> None:
    """No page of a journey had anything to complain of."""
    assert page.complaints == []  # type: ignore[attr-defined]


def test_journeys_have_a_database(db: None) -> None:
    """Where only this module runs, it is for this test that the database is made."""
    assert not Person.objects.filter(name="nobody").exists()


def test_a_head_finds_a_family_asks_for_help_and_the_other_accepts(open_page: Open) -> None:
    own, other = school_of("Dilys Morgan"), school_of("Erin Walsh")
    page = open_page("/", named("Dilys Morgan"))
    page.locator("#q").fill(own.name[:-2])
    page.get_by_role("main").get_by_role("button", name="Find").click()
    page.get_by_role("main").get_by_role("link", name=own.name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(own.name)
    page.get_by_role("link", name=re.compile("most like it")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(own.name)
    page.get_by_label("Who does better at", exact=True).select_option("attendance")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name=re.compile("Who does better: Attendance"))).to_be_visible()
    page.goto(f"/schools/{other.pk}/")
    page.get_by_role("link", name="Ask this school for help").click()
    page.get_by_label("Theme").select_option("attendance")
    page.get_by_label("Phase").select_option("secondary")
    page.get_by_label("Your message").fill("May two of us see your first hour on a Friday?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(f"Sent to {other.name}.")).to_be_visible()
    asked = page.url
    is_sound(page)

    page = open_page("/me/", named("Erin Walsh"))
    page.goto(asked)
    expect(page.get_by_text("May two of us see your first hour on a Friday?")).to_be_visible()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Send answer").click()
    page.get_by_role("link", name="Agree aim, days and start").click()
    page.get_by_role("link", name="Suggest aim, days and start").click()
    page.get_by_label("Aim").fill("More pupils in school on Fridays.")
    page.get_by_label("Days in all").fill("4")
    page.get_by_label("Starts on").fill(str(timezone.localdate() + timedelta(days=7)))
    page.get_by_role("button", name="Suggest these").click()
    expect(page.locator(".message.success")).to_be_visible()
    agreement = page.url
    is_sound(page)

    page = open_page("/me/", named("Dilys Morgan"))
    page.goto(agreement)
    page.get_by_role("button", name="Say yes to these terms").click()
    page.get_by_role("link", name="To the partnership's room").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(other.name)
    is_sound(page)
    made = Partnership.objects.get(receiver=own, provider=other)
    assert made.days == 4


def test_a_cycle_is_run_from_plan_to_act(open_page: Open) -> None:
    page = open_page(f"{room()}cycles/new/", named("Bryn Evans"))
    page.get_by_label("Question").fill("Do letters home in two languages help?")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Do letters home in two languages help?")
    for go_on, write, words in (
        ("The plan is ready: go on to do", r"Write\s*: Do", "Forty letters were sent."),
        ("It was tried: go on to study", r"Write\s*: Study", "Families answered within a day."),
    ):
        page.get_by_role("link", name=go_on).click()
        page.get_by_role("main").get_by_role("button").first.click()
        page.get_by_role("link", name=re.compile(write)).click()
        page.get_by_role("main").get_by_role("textbox").first.fill(words)
        page.get_by_role("main").get_by_role("button").first.click()
        expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("link", name="It was looked at: go on to act").click()
    page.get_by_role("main").get_by_role("button").first.click()
    page.get_by_role("link", name="Decide what next, and end the cycle").first.click()
    page.get_by_label("Adopt: keep it as it is").check()
    page.get_by_label("Why, and what we do about it").fill("All forms do it from January.")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("All forms do it from January.")).to_be_visible()
    page.goto(f"{room()}timeline/")
    expect(page.get_by_text("Do letters home in two languages help?").first).to_be_visible()
    is_sound(page)


def test_an_officer_brokers_ten_schools(open_page: Open, manchester: object) -> None:
    with override_settings(EVIDENCE=manchester):
        officer = Person.objects.create_user("officer.oldham@example.org", name="Olwen Rees", made_up=True)
        Membership.objects.create(person=officer, role=Role.AUTHORITY_OFFICER, system_id=SYSTEM)
        page = open_page(f"/systems/{SYSTEM}/board/", officer)
        page.get_by_role("button", name="Run a proposal").click()
        assert working.run_waiting() >= 1
        page.goto(f"/systems/{SYSTEM}/board/")
    chosen: list[Proposal] = []
    for one in Proposal.objects.filter(state="draft", gone=None).order_by("pk"):
        both = {one.receiver_id, one.provider_id}
        if not any(both & {each.receiver_id, each.provider_id} for each in chosen):
            chosen.append(one)
        if len(chosen) == 5:
            break
    page.goto(f"/systems/{SYSTEM}/board/")
    ticked = 0
    while ticked < 5:
        for one in chosen:
            box = page.locator(f"#proposal-{one.pk}")
            if box.count() and not box.is_checked():
                box.check()
                ticked += 1
        page.get_by_role("button", name="Send the chosen to both schools").click()
        if ticked < 5:
            page.goto(f"/systems/{SYSTEM}/board/?page={ticked + 1}")
    assert Proposal.objects.filter(state="sent").count() == 5
    first = chosen[0]
    for school in (first.receiver, first.provider):
        head = Person.objects.create_user(
            f"head.{school.pk}@example.org", name=f"Head {school.pk}", made_up=True
        )
        Membership.objects.create(person=head, role=Role.HEADTEACHER, school=school)
        answering = open_page("/proposals/", head)
        answering.goto(f"/proposals/{first.pk}/answer/")
        answering.get_by_label("Yes", exact=True).check()
        answering.get_by_role("button", name="Send answer").click()
        expect(answering.locator(".message.success")).to_be_visible()
        is_sound(answering)
    page.goto(f"/proposals/{first.pk}/")
    expect(page.get_by_role("main").get_by_text("Yes", exact=True)).to_have_count(2)
    is_sound(page)


def test_a_person_without_rights_is_refused_at_page_api_and_file(open_page: Open) -> None:
    """A head of another school, an officer and a visitor: each is told no more than they may know."""
    for name in ("Farid Aziz", "Oliver Grant", None):
        page = open_page("/methods/", named(name) if name else None)
        for path in (f"{room()}notes/", f"{room()}files/", f"{room()}notes.csv"):
            answer = page.request.get(path, max_redirects=0)
            assert answer.status in (302, 403, 404), (name, path)
            assert "laminated" not in answer.text()
        answer = page.request.get(f"/api{room()}notes")
        assert answer.status in (401, 403, 404), name
        own = school_of("Asha Patel").pk
        assert page.request.get(f"/schools/{own}/export/workbook.xlsx", max_redirects=0).status in (
            302,
            403,
            404,
        )


def test_the_site_is_welsh_from_the_first_page_to_the_room(open_page: Open) -> None:
    page = open_page("/", named("Tesni Hughes"), language="en")
    page.get_by_role("button", name="Cymraeg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dod o hyd i ysgol")
    assert page.locator("html").get_attribute("lang") == "cy"
    page.get_by_role("link", name="Partneriaethau").click()
    page.goto(room())
    expect(page.get_by_role("main")).to_contain_text(WELSH_DATE)
    assert named("Tesni Hughes").language == "cy"
    # A browser that was never asked shows the person's language too.
    page.context.clear_cookies(name="django_language")
    page.goto("/me/")
    assert page.locator("html").get_attribute("lang") == "cy"
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    is_sound(page)


def test_a_head_asks_with_the_keyboard_alone(open_page: Open) -> None:
    other = school_of("Dilys Morgan")
    page = open_page(f"/schools/{other.pk}/", named("Farid Aziz"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    go_to(page, "Ask this school for help")
    page.keyboard.press("Enter")
    page.wait_for_url("**/asks/new/**")
    go_to(page, "Theme")
    page.keyboard.type("Att")
    go_to(page, "Phase")
    page.keyboard.type("Sec")
    go_to(page, "Your message")
    page.keyboard.type("Could we talk on Tuesday?")
    go_to(page, "Send")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Sent to {other.name}.")).to_be_visible()
    is_sound(page)


FOCUSED = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  const label = it.labels && it.labels.length ? it.labels[0].textContent : it.textContent;
  return {name: label.trim(), width: box.width, height: box.height, top: box.top,
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2};
}"""


def go_to(page: Page, name: str) -> None:
    """Press Tab until something is reached, seeing on the way that focus can be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        assert found["outlined"], found
        assert found["top"] < 900, found
        if found["name"].startswith(name):
            return
    pytest.fail(f"{name} cannot be reached by keyboard.")


@pytest.mark.parametrize("path", ["/", "/system/", "/people/login/"])
def test_focus_goes_round_a_page_and_is_never_trapped(open_page: Open, path: str) -> None:
    page = open_page(path)
    reach = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
    count = page.locator(reach).count()
    met = []
    for _ in range(count + 1):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.tagName"))
    assert "BODY" in met or len(met) > count


def test_a_school_is_found_and_asked_without_any_script(open_page: Open) -> None:
    other = school_of("Bryn Evans")
    page = open_page("/", named("Asha Patel"), scripts=False)
    page.locator("#q").fill(other.name[:-3])
    page.get_by_role("main").get_by_role("button", name="Find").click()
    page.get_by_role("main").get_by_role("link", name=other.name).first.click()
    page.get_by_role("link", name="Ask this school for help").click()
    page.get_by_label("Theme").select_option("ebacc")
    page.get_by_label("Phase").select_option("secondary")
    page.get_by_label("Your message").fill("How do you plan languages?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(f"Sent to {other.name}.")).to_be_visible()


def test_a_note_is_written_on_a_telephone(open_page: Open) -> None:
    page = open_page(room(), named("Tom Becker"), width=320)
    page.get_by_role("link", name="Notes", exact=True).click()
    page.get_by_role("link", name="Write a note", exact=True).click()
    page.get_by_role("textbox", name=re.compile("^Note")).fill("Three calls were answered today.")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("Three calls were answered today.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    is_sound(page)
