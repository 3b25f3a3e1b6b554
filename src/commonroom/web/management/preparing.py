"""Make a site ready: its database, its published pages, its register of schools, its static files."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command

from commonroom.web import evidence
from commonroom.web.jobs import actions as jobs
from commonroom.web.schools import actions as schools

Say = Callable[[str], None]


def prepare(say: Say) -> None:
    """Make all of it ready, and say what takes time; raises SaidToPeople when there is no evidence."""
    migrate()
    if is_due():
        publish(say)
    say(f"{schools.enter():,} schools are in the register.")
    call_command("collectstatic", interactive=False, verbosity=0)


def migrate() -> None:
    """Bring the tables of the database up to date."""
    call_command("migrate", verbosity=0)


def in_force() -> str:
    """Return the version of the evidence in force; raises SaidToPeople when there is none."""
    from commonroom.store import evidence as kept

    return kept.open(settings.EVIDENCE).version


def is_due() -> bool:
    """Say whether the published pages are not those of the evidence in force."""
    return evidence.version() != in_force()


def publish(say: Say) -> None:
    """Publish the pages of the evidence in force beside those that are shown, and put them in force."""
    from commonroom.pipeline import publishing

    last = [-1]

    def report(step: str, share: float) -> None:
        if int(share * 10) > last[0]:
            last[0] = int(share * 10)
            say(f"Publishing the pages of the evidence: {share:.0%} ({step}).")

    publishing.publish(settings.EVIDENCE, settings.PAGES, report=report)


def publish_if_due() -> None:
    """Let a worker publish the evidence that was built anew; each version is tried once."""
    from commonroom.store import versions
    from commonroom.web.management import regular

    current = settings.EVIDENCE / versions.CURRENT
    version = current.read_text(encoding="utf-8").strip() if current.is_file() else ""
    if version and version != evidence.version():
        jobs.start(who=None, task=regular.publish, key=f"publish-{version}")
