"""The evidence in force, as the site reads it: the one way from pages to figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from commonroom.pipeline.shown import Shown


def shown() -> Shown:
    """Return the published evidence in force; raise SaidToPeople when nothing was published."""
    from commonroom.pipeline import shown as published

    return published.open(settings.PAGES)


def version() -> str:
    """Return the version of the evidence in force, empty where nothing was published yet."""
    from commonroom.errors import SaidToPeople

    try:
        return shown().facts["version"]
    except SaidToPeople:
        return ""
