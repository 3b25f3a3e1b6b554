"""`work`: run what waits in the queue, and what is done regularly."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from commonroom.web.jobs import turns, working
from commonroom.web.management import parents


class Command(BaseCommand):
    """Run the worker until it is told to stop."""

    help = "Run what waits in the queue, and what is done regularly, until told to stop."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pace, in seconds; and to end with who began it."""
        pace = working.Pace()
        for name in ("beat", "lease", "rest", "grace"):
            parser.add_argument(f"--{name}", type=float, default=getattr(pace, name))
        parser.add_argument("--with-parent", action="store_true")

    def handle(self, *args: object, **words: object) -> None:
        """Run it."""
        if words["with_parent"]:
            parents.end_with_parent()
        pace = working.Pace(**{name: float(str(words[name])) for name in ("beat", "lease", "rest", "grace")})
        working.work(pace=pace, regular=REGULAR)


#: What is done regularly.
REGULAR = (turns.CLEAR,)
