"""`examine`: what `commonroom doctor` asks of a site."""

from __future__ import annotations

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand

from commonroom.web.health import examining


class Command(BaseCommand):
    """Look at everything that the site needs."""

    help = "Look at everything that the site needs, and answer as JSON."

    def handle(self, *args: object, **words: object) -> None:
        """Print what was found, as JSON."""
        self.stdout.write(json.dumps([asdict(finding) for finding in examining.examine()]))
