"""The two sides of help, and the answers that a school may give."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Side(TextChoices):
    """Who a school is to help that is given."""

    RECEIVER = "receiver", _("receives")
    PROVIDER = "provider", _("gives")

    @property
    def other(self) -> Side:
        """The other of the two."""
        return Side.PROVIDER if self is Side.RECEIVER else Side.RECEIVER


class Answer(TextChoices):
    """What a school says when it is asked."""

    YES = "yes", _("Yes")
    LATER = "later", _("Not now")
    NO = "no", _("No")


class Phase(TextChoices):
    """Phases that schools help each other in."""

    PRIMARY = "primary", _("Primary")
    SECONDARY = "secondary", _("Secondary")
