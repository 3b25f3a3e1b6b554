"""The evidence in force, as the site reads it: the one way from pages to figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople

if TYPE_CHECKING:
    from commonroom.pipeline.shown import Shown


class Unpublished(SaidToPeople):
    """Said while there are no figures to show: not of what was asked for, and not for good."""

    status = 503

    def __init__(self) -> None:
        """Say it, in the language of the person."""
        super().__init__(
            _("The figures are not published yet."),
            remedy=_("Come back in some minutes. If you look after the site: commonroom doctor says more."),
        )


def shown() -> Shown:
    """Return the published evidence in force; raise Unpublished when there is none that can be read."""
    from commonroom.pipeline import shown as published

    try:
        return published.open(settings.PAGES)
    except SaidToPeople as error:
        raise Unpublished from error


def version() -> str:
    """Return the version of the evidence in force, empty where nothing was published yet."""
    try:
        return shown().facts["version"]
    except SaidToPeople:
        return ""
