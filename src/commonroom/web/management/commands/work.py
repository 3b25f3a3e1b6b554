"""`work`: run what waits in the queue, and what is done regularly."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from commonroom.web.jobs import working
from commonroom.web.management import parents

PACE = working.Pace()
TIMES = ("beat", "lease", "rest", "grace")


class Command(BaseCommand):
    """Run the worker until it is told to stop."""

    help = "Run what waits in the queue, and what is done regularly, until told to stop."
    #: The site is checked when it is made ready (`prepare`): it takes as long as all else of a start.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pace, in seconds; to end with who began it; and to leave out what is regular."""
        for name in TIMES:
            parser.add_argument(f"--{name}", type=float, default=getattr(PACE, name))
        parser.add_argument("--with-parent", action="store_true")
        parser.add_argument("--only-waiting", action="store_true")

    def handle(self, *args: object, with_parent: bool, only_waiting: bool, **words: object) -> None:
        """Run it."""
        from commonroom.web.management import regular

        if with_parent:
            parents.end_with_parent()
        pace = working.Pace(**{name: float(str(words[name])) for name in TIMES})
        working.work(pace=pace, regular=() if only_waiting else regular.REGULAR)
