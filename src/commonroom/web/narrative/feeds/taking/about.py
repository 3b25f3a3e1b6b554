"""What is taken away: for whom, when, from which evidence, and what was left out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

import commonroom
from commonroom.web import evidence
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.narrative.feeds.taking.owned import OWNED, Owned
from commonroom.web.schools.models import School


@dataclass(frozen=True)
class Parcel:
    """What one person takes away of one school, at one time."""

    who: Person
    school: School
    when: datetime.datetime

    @property
    def kinds(self) -> list[Owned]:
        """The kinds of things that the person may read."""
        return [owned for owned in OWNED if permissions.may(self.who, owned.need, self.school)]

    @property
    def name(self) -> str:
        """What the file is called, without its ending."""
        return f"commonroom-{self.school.pk}-{timezone.localtime(self.when):%Y-%m-%d}"

    def read_me(self, counts: dict[str, int]) -> Iterator[tuple[str, str]]:
        """Yield what somebody should know who opens it, line by line: a word, and what is said.

        `counts`: how many things of each kind are in it.
        """
        left_out = [str(owned.label) for owned in OWNED if owned not in self.kinds]
        yield _("What"), _("Everything that the school owns in Commonroom.")
        yield _("School"), f"{self.school} ({self.school.pk})"
        yield _("When"), date_format(timezone.localtime(self.when), "DATETIME_FORMAT")
        yield _("By"), str(self.who)
        yield _("Evidence"), evidence.version() or _("none was published")
        yield _("Program"), f"Commonroom {commonroom.__version__}"
        for owned in self.kinds:
            yield f"{owned.name}: {owned.label}", str(counts[owned.name])
        if left_out:
            yield _("Left out, because you may not read it"), ", ".join(left_out)
        yield (
            _("Notes"),
            _("Notes and files that another school keeps to itself are not here: they are that school's."),
        )
        yield (
            _("Cells"),
            _("An apostrophe stands before text that a spreadsheet program would take for a formula."),
        )
