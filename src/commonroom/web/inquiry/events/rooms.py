"""Which partnership of a school a row of a file speaks of."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.inquiry.events import columns
from commonroom.web.partnerships import themes
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.spelling import plain
from commonroom.web.schools.models import School


@dataclass(frozen=True)
class Rooms:
    """The partnerships of a school that a file may speak of."""

    school: School
    all: Sequence[Partnership]

    def find(self, said: Mapping[str, str]) -> Partnership:
        """Return the one that a row means; raise SaidToPeople, with the column as its place.

        `said`: what stands in the columns receiver, provider, partner, partnership and theme.
        """
        word, found = self._meant(said)
        column = str(columns.LABELS[word])
        if not found:
            raise self._unknown(column, said.get(word, ""))
        open_ones = [one for one in found if one.state != Partnership.State.CLOSED]
        if not open_ones:
            raise SaidToPeople(
                _("This partnership is closed."),
                where=column,
                remedy=_("A head of either school can open it again; or take the row out."),
            )
        return self._one(open_ones, said.get("theme", ""))

    def _meant(self, said: Mapping[str, str]) -> tuple[str, list[Partnership]]:
        """The column that says it, and the partnerships that fit."""
        if said.get("partnership"):
            return "partnership", [one for one in self.all if _is_named(one, said["partnership"])]
        if said.get("partner"):
            return "partner", [one for one in self.all if _is(partner(one, self.school), said["partner"])]
        helped = [one for one in self.all if _is(one.receiver, said.get("receiver", ""))]
        if not helped:
            return ("receiver" if "receiver" in said else "partner"), []
        return "provider", [one for one in helped if _is(one.provider, said.get("provider", ""))]

    def _one(self, found: list[Partnership], theme: str) -> Partnership:
        """The only one, or the one of the theme that is said."""
        if theme:
            column = str(columns.LABELS["theme"])
            fitting = [one for one in found if plain(theme) in _names(one.theme)]
            if not fitting:
                raise SaidToPeople(
                    _("The partnership is not about “%(theme)s”.") % {"theme": theme[:60]},
                    where=column,
                    remedy=_("Write one of these: %(choice)s.")
                    % {"choice": ", ".join(themes.label(one.theme) for one in found)},
                )
            found = fitting
        if len(found) > 1:
            raise SaidToPeople(
                _("There are %(count)d partnerships with this school.") % {"count": len(found)},
                where=str(columns.LABELS["theme"]),
                remedy=_("Say which by its theme, or by its number in a column “partnership”: %(choice)s.")
                % {"choice": ", ".join(f"{themes.label(one.theme)} ({one.pk})" for one in found)},
            )
        return found[0]

    def _unknown(self, column: str, text: str) -> SaidToPeople:
        if not text:
            return SaidToPeople(_("The cell is empty."), where=column, remedy=_("Fill it."))
        others = {str(partner(one, self.school)): None for one in self.all}
        near = difflib.get_close_matches(text, list(others), n=3, cutoff=0.6)
        if near:
            remedy = _("Did you mean %(near)s?") % {"near": ", ".join(near)}
        elif others:
            remedy = _("You have partnerships with: %(others)s.") % {"others": ", ".join(others)}
        else:
            remedy = _("Your school has no partnership yet.")
        return SaidToPeople(
            _("%(school)s has no partnership with “%(text)s”.") % {"school": self.school, "text": text[:80]},
            where=column,
            remedy=remedy,
        )


def partner(partnership: Partnership, school: School) -> School:
    """Return the other school of a partnership."""
    return partnership.provider if partnership.receiver_id == school.pk else partnership.receiver


def _is(school: School, text: str) -> bool:
    """Whether a school is meant, by its number or its name."""
    return bool(text) and (text == school.pk or plain(text) == plain(school.name))


def _is_named(one: Partnership, text: str) -> bool:
    names = {str(one.pk), plain(str(one)), plain(f"{one.provider_id} {one.receiver_id}")}
    return text in names or plain(text) in names


def _names(theme: str) -> set[str]:
    """What a theme may be called: its name, and its labels in both languages."""
    known = themes.known().get(theme)
    labels = () if known is None else (known.label, known.label_cy)
    return {plain(one) for one in (theme, *labels)}
