"""Journeys that people make through the site, in a real browser, on the demo's schools."""

from __future__ import annotations

import math
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from commonroom.web.accounts.models import Membership, Person
from commonroom.web.accounts.roles import Role
from commonroom.web.inquiry import words
from commonroom.web.inquiry.actions import files
from commonroom.web.inquiry.models import Attachment
from commonroom.web.jobs import working
from commonroom.web.partnerships.answers import Answered
from commonroom.web.partnerships.board import actions as board
from commonroom.web.partnerships.board import views
from commonroom.web.partnerships.models import Agreement, Partnership, Proposal
from commonroom.web.partnerships.sides import Answer, Side
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


def become(role: Role, name: str, **at: object) -> Person:
    """Somebody made up who has a role at a place."""
    person = Person.objects.create_user(f"{name.replace(' ', '.')}@example.org", name=name, made_up=True)
    Membership.objects.create(person=person, role=role, **at)
    return person


def school_of(name: str) -> School:
    return School.objects.get(memberships__person__name=name, memberships__role=Role.HEADTEACHER)


def is_sound(page: Page) -> None:
    """No page of a journey had anything to complain of."""
    assert page.complaints == []  # type: ignore[attr-defined]


def test_journeys_have_a_database(db: None) -> None:
    """Where only this module runs, it is for this test that the database is made."""
    assert not Person.objects.filter(name="nobody").exists()


def test_a_head_finds_a_family_asks_for_help_and_the_other_accepts(open_page: Open) -> None:
    """From the first page to a room of their own, by links and buttons alone."""
    own = school_of("Asha Patel")
    page = open_page("/", named("Asha Patel"))
    page.locator("#q").fill(own.name[:-2])
    page.get_by_role("main").get_by_role("button", name="Find").click()
    page.get_by_role("main").get_by_role("link", name=own.name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(own.name)
    page.get_by_role("link", name=re.compile("most like it")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"most like {own.name}")
    page.locator("section[aria-labelledby=better] li a").first.click()
    expect(page.get_by_role("heading", name=re.compile("Who does better: "))).to_be_visible()
    better = page.locator("section[aria-labelledby=better] li").first
    other = School.objects.get(name=better.locator("a.name").inner_text())
    accepting = become(Role.HEADTEACHER, "Ceri Vaughan", school=other)
    better.get_by_role("link", name=f"Ask {other.name}").click()
    theme = page.get_by_label("Theme").locator("option:checked").inner_text()
    page.get_by_label("Phase").select_option("secondary")
    page.get_by_label("Your message").fill("May two of us see your first hour on a Friday?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(f"Sent to {other.name}.")).to_be_visible()
    is_sound(page)

    answering = open_page("/me/", accepting)
    answering.get_by_role("link", name=f"{own.name} asks you for help: {theme}").click()
    expect(answering.get_by_text("May two of us see your first hour on a Friday?")).to_be_visible()
    answering.get_by_role("link", name="Answer", exact=True).click()
    answering.get_by_label("Yes", exact=True).check()
    answering.get_by_role("button", name="Send answer").click()
    answering.get_by_role("link", name="Agree aim, days and start").click()
    answering.get_by_role("link", name="Suggest aim, days and start").click()
    answering.get_by_label("Aim").fill("More pupils in school on Fridays.")
    answering.get_by_label("Days in all").fill("4")
    answering.get_by_label("Starts on").fill(str(timezone.localdate() + timedelta(days=7)))
    answering.get_by_role("button", name="Suggest these").click()
    expect(answering.locator(".message.success")).to_be_visible()
    is_sound(answering)
    assert not Partnership.objects.filter(receiver=own, provider=other).exists()

    page.goto("/me/")
    page.get_by_role("link", name=f"Aim and days wait for your yes: {theme}").click()
    page.get_by_role("button", name="Say yes to these terms").click()
    page.get_by_role("link", name="To the partnership's room").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(other.name)
    is_sound(page)
    made = Partnership.objects.get(receiver=own, provider=other)
    assert (made.days, made.aim) == (4, "More pupils in school on Fridays.")


def test_a_cycle_is_run_from_plan_to_act(open_page: Open) -> None:
    page = open_page(f"{room()}cycles/new/", named("Bryn Evans"))
    page.get_by_label("Question").fill("Do letters home in two languages help?")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Do letters home in two languages help?")
    for go_on, write, said in (
        ("The plan is ready: go on to do", r"Write\s*: Do", "Forty letters were sent."),
        ("It was tried: go on to study", r"Write\s*: Study", "Families answered within a day."),
    ):
        page.get_by_role("link", name=go_on).click()
        page.get_by_role("main").get_by_role("button").first.click()
        page.get_by_role("link", name=re.compile(write)).click()
        page.get_by_role("main").get_by_role("textbox").first.fill(said)
        page.get_by_role("main").get_by_role("button").first.click()
        expect(page.get_by_text(said)).to_be_visible()
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
    """A proposal is run and watched, five pairs are sent, ten heads say yes, and the officer sees it."""
    officer = become(Role.AUTHORITY_OFFICER, "Olwen Rees", system_id=SYSTEM)
    page = open_page(f"/systems/{SYSTEM}/board/", officer)
    page.get_by_role("button", name="Run a proposal").click()
    expect(page.locator("[data-part=state]")).to_have_text("Waiting")
    with override_settings(EVIDENCE=manchester):
        assert working.run_waiting() >= 1
    # The page finds out by itself that the work is done.
    expect(page.get_by_role("heading", name="What it comes to")).to_be_visible()
    chosen = five_pairs()
    for number in range(1, 1 + math.ceil(Proposal.objects.filter(system_id=SYSTEM).count() / views.ROWS)):
        page.goto(f"/systems/{SYSTEM}/board/?page={number}")
        here = [box for one in chosen if (box := page.locator(f"#proposal-{one.pk}")).count()]
        for box in here:
            box.check()
        if here:
            page.get_by_role("button", name="Send the chosen to both schools").click()
            expect(page.locator(".message.success")).to_be_visible()
    assert {one.pk for one in Proposal.objects.filter(state="sent")} == {one.pk for one in chosen}
    for one in chosen:
        for school in (one.receiver, one.provider):
            head = become(Role.HEADTEACHER, f"Head of {school.pk}", school=school)
            # Two heads answer in a browser, eight by what the browser would have called.
            if one is chosen[0]:
                say_yes(open_page("/me/", head), one)
            else:
                side = Side.RECEIVER if school == one.receiver else Side.PROVIDER
                said = Answered(Answer.YES)
                board.reply(who=head, proposal=one, side=side, said=said, now=timezone.now())
    page.goto(f"/systems/{SYSTEM}/board/?state=agreed")
    expect(page.get_by_role("main").locator("ul.list > li")).to_have_count(5)
    page.goto(f"/proposals/{chosen[0].pk}/")
    expect(page.get_by_role("main").get_by_text("Yes", exact=True)).to_have_count(2)
    is_sound(page)
    for one in chosen:
        assert Agreement.objects.filter(receiver=one.receiver, provider=one.provider).count() == 1


def five_pairs() -> list[Proposal]:
    """Five proposals of ten schools."""
    chosen: list[Proposal] = []
    taken: set[str] = set()
    for one in Proposal.objects.filter(system_id=SYSTEM, state="draft", gone=None).order_by("pk"):
        if not taken & {one.receiver_id, one.provider_id}:
            chosen.append(one)
            taken |= {one.receiver_id, one.provider_id}
    assert len(chosen) >= 5
    return chosen[:5]


def say_yes(page: Page, proposal: Proposal) -> None:
    """Say yes to a proposal, as it waits on a head's own page."""
    page.get_by_role("link", name="A partnership is proposed: ").click()
    assert page.url.endswith(f"/proposals/{proposal.pk}/")
    page.get_by_role("main").get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Send answer").click()
    expect(page.locator(".message.success")).to_be_visible()
    is_sound(page)


@pytest.fixture
def card(town: LiveServer) -> Attachment:
    """A file in the room that is at work."""
    sent = SimpleUploadedFile("card.txt", b"We laminated the card.\n", "text/plain")
    room = Partnership.objects.get(state=Partnership.State.WORKING)
    who, today = named("Asha Patel"), timezone.localdate()
    return files.add(who=who, partnership=room, sent=(sent, words.Filed()), today=today)


def test_a_person_without_rights_is_refused_at_page_api_and_file(open_page: Open, card: Attachment) -> None:
    """What a teacher of the two schools reads, nobody else does: a head elsewhere, an officer, a visitor."""
    held = {
        f"{room()}notes/": "laminated", f"{room()}notes.csv": "laminated", f"/api{room()}notes": "laminated",
        f"{room()}files/{card.pk}/": "laminated", f"{room()}files/": "card.txt",
        f"/schools/{school_of('Asha Patel').pk}/export/workbook.xlsx": "",
    }  # fmt: skip
    page = open_page("/methods/", named("Asha Patel"))
    for path, kept in held.items():
        answer = page.request.get(path)
        assert answer.status == 200, path
        assert kept.encode() in answer.body(), path
    for name in ("Farid Aziz", "Oliver Grant", None):
        page = open_page("/methods/", named(name) if name else None)
        for path in held:
            answer = page.request.get(path, max_redirects=0)
            asked_to_sign_in = answer.status == 302 and "/people/login/" in answer.headers["location"]
            refused = answer.status in (403, 404) if name else asked_to_sign_in or answer.status == 401
            assert refused, (name, path, answer.status)
            assert b"laminated" not in answer.body()
    page = open_page(f"{room()}notes/", named("Farid Aziz"))
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")


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
def test_focus_goes_to_everything_that_can_be_used_and_is_never_trapped(open_page: Open, path: str) -> None:
    page = open_page(path)
    every = page.evaluate(NUMBERED)
    met = set()
    for _ in range(every + 1):
        page.keyboard.press("Tab")
        met.add(page.evaluate("document.activeElement.dataset.numbered"))
    assert every > 5
    assert {str(one) for one in range(every)} <= met


#: Numbers what can be used of a page, and says how much that is.
NUMBERED = """() => {
  const reach = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const found = [...document.querySelectorAll(reach)].filter(one => one.checkVisibility() && !one.disabled);
  found.forEach((one, number) => { one.dataset.numbered = number; });
  return found.length;
}"""


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
