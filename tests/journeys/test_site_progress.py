"""Long work is followed on its page: to its end, to its failure, over a lost connection, without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from commonroom.web.accounts.models import Person
from commonroom.web.jobs import actions, working
from commonroom.web.jobs.models import Job
from journeys.conftest import Open
from web.jobs import made_jobs

pytestmark = pytest.mark.django_db(transaction=True)
#: What a page says beside the address that its script asks.
STATE, STEP, SHARE = (f"[data-part={part}]" for part in ("state", "step", "share"))


@pytest.fixture
def job(head: Person) -> Job:
    """Something that the head asked for, which no worker has taken up yet."""
    return actions.start(who=head, task=made_jobs.count)


def mark(page: Page) -> None:
    """Mark the document that is shown: a page that is loaded anew has no such mark."""
    page.evaluate("window.marked = true")


def test_a_page_follows_work_to_its_end_by_itself(open_page: Open, head: Person, job: Job) -> None:
    page = open_page(job.get_absolute_url(), head)
    mark(page)
    expect(page.locator(STATE)).to_have_text("Waiting")
    actions.take_up(job=job)
    actions.progress(job=job, share=0.4, step="Finding who could help whom")
    expect(page.locator(STATE)).to_have_text("Running")
    expect(page.locator(STEP)).to_have_text("Finding who could help whom")
    expect(page.locator(SHARE)).to_have_attribute("value", "40")
    expect(page.get_by_label("Share done")).to_have_js_property("position", 0.4)
    assert page.evaluate("window.marked")
    working.run_waiting()
    expect(page.locator(STATE)).to_have_text("Done")
    expect(page.locator(SHARE)).to_have_count(0)
    expect(page.get_by_role("link", name="See what came out")).to_have_attribute("href", "/counted/")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_page_says_why_work_failed(open_page: Open, head: Person) -> None:
    job = actions.start(who=head, task=made_jobs.refuse)
    page = open_page(job.get_absolute_url(), head)
    expect(page.locator(STATE)).to_have_text("Waiting")
    working.run_waiting()
    expect(page.locator(STATE)).to_have_text("Failed")
    expect(page.locator(".notice.bad")).to_contain_text("January")
    expect(page.locator(".notice.bad")).to_contain_text("Mend it.")


def test_a_page_says_that_the_connection_is_lost_and_goes_on_when_it_is_back(
    open_page: Open, head: Person, job: Job
) -> None:
    page = open_page(job.get_absolute_url(), head)
    mark(page)
    page.context.set_offline(True)
    expect(page.locator(STEP)).to_contain_text("The connection is lost for now.")
    assert page.evaluate("window.marked")
    actions.take_up(job=job)
    actions.progress(job=job, share=0.4, step="Writing the plan")
    page.context.set_offline(False)
    expect(page.locator(STEP)).to_have_text("Writing the plan")
    assert page.evaluate("window.marked")


def test_work_is_followed_without_any_script(open_page: Open, head: Person, job: Job) -> None:
    page = open_page(job.get_absolute_url(), head, scripts=False)
    expect(page.locator(STATE)).to_have_text("Waiting")
    working.run_waiting()
    page.get_by_role("link", name="Look again").click()
    expect(page.locator(STATE)).to_have_text("Done")
    expect(page.get_by_role("link", name="See what came out")).to_be_visible()
    expect(page.get_by_role("link", name="Look again")).to_have_count(0)


def test_work_of_others_is_not_told(open_page: Open, head: Person, stranger: Person, job: Job) -> None:
    page = open_page("/methods/", stranger)
    for path in (job.get_absolute_url(), f"{job.get_absolute_url()}progress"):
        assert page.request.get(path).status == 404
