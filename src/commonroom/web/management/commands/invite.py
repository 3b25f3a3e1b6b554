"""`invite`: the link for the first administrator of a new site, or a way back in for one."""

from __future__ import annotations

from argparse import ArgumentParser

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.core.validators import validate_email
from django.utils import timezone

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import actions
from commonroom.web.management import preparing


class Command(BaseCommand):
    """Invite the first administrator, or let one back in."""

    help = "Invite the first administrator, who invites everybody else; or let one back in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: object, email: str, **words: object) -> None:
        """Print the link, which works once."""
        try:
            validate_email(email)
        except ValidationError:
            raise SaidToPeople(
                "this is no e-mail address.", where=email, remedy="Write it like name@example.org."
            ) from None
        preparing.migrate()
        path = actions.found(email=email, now=timezone.now())
        self.stdout.write(f"{settings.ORIGIN.geturl().rstrip('/')}{path}")
