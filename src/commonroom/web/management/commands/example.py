"""Make the example up: people, offers and partnerships, marked as made up."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from commonroom.web.example import story


class Command(BaseCommand):
    """`example`: make it up, once."""

    help = "Make up a small set of people, offers and partnerships, marked as such."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make it up and say how many people there are."""
        made = story.make(today=timezone.localdate())
        self.stdout.write(f"{made} people were made up." if made else "The example is there already.")
