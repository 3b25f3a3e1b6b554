"""What schools write to each other about: a theme, in a phase."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from commonroom.web.partnerships import themes
from commonroom.web.partnerships.sides import Phase

#: Days that a school can give in a year, at most.
YEAR = 366
#: What every field of them says.
DAYS: dict[str, Any] = {
    "max_digits": 4,
    "decimal_places": 1,
    "validators": [MinValueValidator(0), MaxValueValidator(YEAR)],
}


class Topic(models.Model):
    """Anything that is about a theme in a phase."""

    theme = models.CharField(_("theme"), max_length=60)
    phase = models.CharField(_("phase"), max_length=12, choices=Phase.choices)

    class Meta:
        abstract = True

    @property
    def theme_label(self) -> str:
        """The theme as people call it."""
        return themes.label(self.theme)
