"""`prepare`: make everything ready that the site needs before it is served."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from commonroom.web.management import preparing


class Command(BaseCommand):
    """Make the database, the published pages, the register of schools and the static files ready."""

    help = "Make the database, the published pages, the register of schools and the static files ready."

    def handle(self, *args: object, **words: object) -> None:
        """Do it, saying what takes time."""
        preparing.prepare(lambda said: self.stdout.write(said))
        if settings.EXAMPLE:
            call_command("example", stdout=self.stdout)
