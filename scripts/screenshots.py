"""Take the pictures of the site's six main pages: `python scripts/screenshots.py [--evidence FOLDER]`.

Builds Greater Manchester (or takes evidence that is there), publishes it into a work folder of its own, makes
the example's people up, runs one proposal, serves the site to itself, and writes docs/images/site-*.png.
Needs the browser that the tests need (chromium).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IMAGES = Path(__file__).parents[1] / "docs" / "images"
#: A picture that is heavier than this is taken for a mistake.
MOST_BYTES = 200_000
#: Who brokers, and where: an authority is solved in seconds, and a city in minutes.
OFFICER, AUTHORITY = "Olwen Rees", "oldham"
SIZE = {"width": 1280, "height": 900}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def prepare(work: Path, evidence: Path | None) -> None:
    """Make the site ready in a work folder: evidence, database, people, one proposal, static files."""
    folder = evidence or work / "evidence"
    settings = {"WORK": work, "EVIDENCE": folder, "EXAMPLE": "1", "ORIGIN": "http://127.0.0.1"}
    os.environ.update({f"COMMONROOM_{name}": str(value) for name, value in settings.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "commonroom.web.settings"
    # Playwright runs a loop of its own in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    import django

    from commonroom import pipeline

    if evidence is None:
        pipeline.build(system="greater-manchester", folder=folder)
    pipeline.publish(folder, work / "pages")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from commonroom.web.example import story
    from commonroom.web.schools import actions as register

    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    register.enter()
    story.make(today=timezone.localdate())
    broker()


def broker() -> None:
    """Run a proposal as a made-up officer of an authority, and send the first three of it."""
    from django.utils import timezone

    from commonroom.web.accounts.models import Membership, Person
    from commonroom.web.jobs import working
    from commonroom.web.partnerships.board import actions, queries
    from commonroom.web.schools.models import System

    system = System.objects.get(slug=AUTHORITY)
    officer = Person.objects.create_user("olwen.rees@example.org", name=OFFICER, made_up=True)
    Membership.objects.create(person=officer, role="authority_officer", system=system)
    actions.run(who=officer, system=system, day=timezone.localdate())
    working.run_waiting()
    chosen = [one.pk for one in queries.on_board(system)[:3]]
    actions.send(who=officer, system=system, proposals=chosen, now=timezone.now())


@contextmanager
def serving() -> Iterator[str]:
    """Serve the site to this machine, and yield its address."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def pages() -> dict[str, tuple[str, str]]:
    """Return the pages by the names of their pictures: the path, and the name of who looks at it."""
    from commonroom.web.partnerships.models import Partnership

    room = Partnership.objects.filter(state="working").get()
    school = room.receiver_id
    return {
        "find": ("/?q=manchester", ""),
        "school": (f"/schools/{school}/", ""),
        "family": (f"/schools/{school}/alike/?phase=secondary&theme=attendance", ""),
        "system": ("/system/", ""),
        "board": (f"/systems/{AUTHORITY}/board/", OFFICER),
        "room": (f"/partnerships/{room.pk}/", "Asha Patel"),
    }


def take(address: str, folder: Path) -> list[Path]:
    """Take a picture of each page, and return the files."""
    from django.conf import settings
    from django.test import Client
    from playwright.sync_api import sync_playwright

    from commonroom.web.accounts.models import Person

    written = []
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        for name, (path, who) in pages().items():
            context = browser.new_context(base_url=address, viewport=SIZE, reduced_motion="reduce")
            if who:
                client = Client()
                client.force_login(Person.objects.get(name=who), backend=settings.AUTHENTICATION_BACKENDS[0])
                session = client.cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
            page = context.new_page()
            page.goto(path, wait_until="networkidle")
            if page.url != address + path:
                raise SystemExit(f"{path} led to {page.url}.")
            file = folder / f"site-{name}.png"
            page.screenshot(path=file)
            written.append(file)
            context.close()
        browser.close()
    return written


def main() -> int:
    """Take all pictures; return 1 where one is too heavy."""
    parser = argparse.ArgumentParser(description="Take the pictures of the site's six main pages.")
    parser.add_argument("--evidence", type=Path, help="evidence of Greater Manchester that was built already")
    parser.add_argument("--out", type=Path, default=IMAGES, help="where the pictures go")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        prepare(Path(work), given.evidence)
        with serving() as address:
            written = take(address, given.out)
    heavy = [file for file in written if file.stat().st_size > MOST_BYTES]
    for file in written:
        print(f"{file}: {file.stat().st_size // 1000} kB")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
