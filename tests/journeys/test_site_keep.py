"""What is typed in a form is not lost: not with the connection, not with the session, not with the tab."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from commonroom.web.accounts.models import Person
from journeys.conftest import Open, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("web.look.gallery")]
ASK = "/gallery/ask/"


def fill(page: Page) -> None:
    page.get_by_label("Message").fill("We would like to see your Friday registers.")
    page.get_by_label("Theme").select_option("reading")
    page.get_by_label("Some").check()
    page.get_by_label("Reading").last.check()
    page.get_by_label("When").fill("2026-11-23")
    page.get_by_label("I have spoken").check()
    page.get_by_label("Secret").fill("never to be kept")


def is_filled(page: Page) -> None:
    expect(page.get_by_label("Message")).to_have_value("We would like to see your Friday registers.")
    expect(page.get_by_label("Theme")).to_have_value("reading")
    expect(page.get_by_label("Some")).to_be_checked()
    expect(page.get_by_label("When")).to_have_value("2026-11-23")
    expect(page.get_by_label("I have spoken")).to_be_checked()


def stored(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(localStorage)"))


def test_a_lost_connection_loses_no_text(open_page: Open, tmp_path: Path) -> None:
    page = open_page(ASK)
    fill(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was sent")
    is_filled(page)
    assert "never to be kept" not in stored(page)
    page.context.set_offline(False)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sent.")).to_be_visible()
    assert "Friday" not in stored(page)
    page.goto(ASK)
    expect(page.get_by_label("Message")).to_have_value("")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_what_was_typed_comes_back_and_can_be_put_away(open_page: Open) -> None:
    page = open_page(ASK)
    fill(page)
    page.goto("/gallery/patterns/")
    page.goto(ASK)
    is_filled(page)
    expect(page.get_by_label("Secret")).to_have_value("")
    expect(page.get_by_text("What you typed earlier is back in the form.")).to_be_visible()
    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_label("Message")).to_have_value("")
    page.reload()
    expect(page.get_by_label("Message")).to_have_value("")


def test_an_expired_session_loses_no_text_and_nobody_else_reads_it(
    open_page: Open, head: Person, other_head: Person
) -> None:
    page = open_page(ASK, head)
    fill(page)
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="This page was open too long")).to_be_visible()
    origin = page.url.split("/gallery")[0]
    page.context.add_cookies([{"name": "sessionid", "value": sign_in(other_head), "url": origin}])
    page.goto(ASK)
    expect(page.get_by_label("Message")).to_have_value("")
    page.context.add_cookies([{"name": "sessionid", "value": sign_in(head), "url": origin}])
    page.goto(ASK)
    is_filled(page)


def test_what_the_site_sends_back_with_errors_is_newer_than_what_was_kept(open_page: Open) -> None:
    page = open_page(ASK)
    fill(page)
    page.get_by_label("Theme").select_option("")
    page.locator("form[method=post]").nth(1).evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".summary")).to_be_focused()
    page.locator(".summary").get_by_role("link", name="Theme").click()
    expect(page.get_by_label("Theme")).to_be_focused()
    page.get_by_label("Theme").select_option("attendance")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sent.")).to_be_visible()
    page.goto(ASK)
    expect(page.get_by_label("Message")).to_have_value("")


def test_signing_out_puts_everything_away(open_page: Open, head: Person) -> None:
    page = open_page(ASK, head)
    fill(page)
    assert "Friday" in stored(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: "gallery" not in address)
    assert "Friday" not in stored(page)


def test_a_form_works_without_any_script(open_page: Open) -> None:
    page = open_page(ASK, scripts=False)
    fill(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sent.")).to_be_visible()
