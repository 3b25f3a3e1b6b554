"""Changes of the register of schools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils.text import slugify

from commonroom.web import evidence
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.schools.models import School, System

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Facts, Listed

#: Rows that are written at a time.
BATCH = 2000


@change
def enter(*, who: AbstractBaseUser | None = None) -> int:
    """Enter the schools of the evidence in force into the register; return how many there are.

    A school that the evidence does not have any more stays, outside the system. Schools of the evidence's
    system belong to it; those of its authorities to their authority, which is a system of its own. To enter
    the same evidence again changes nothing. The site itself calls this, so nobody's permission is asked.
    """
    shown = evidence.shown()
    rows, version = list(shown.register()), shown.facts["version"]
    known = System.objects.filter(slug=shown.facts["system_name"]).first()
    if known is not None and School.objects.filter(seen=version).count() == len(rows):
        return len(rows)
    before = audit.fields(known) if known is not None else None
    _write(rows, version)
    system = _belong(rows, shown.facts)
    audit.record(who=who, action="schools.enter", thing=system, before=before)
    return len(rows)


def _write(rows: Iterable[Listed], version: str) -> None:
    schools = [
        School(
            number=one["number"],
            name=one["name"],
            authority=one["authority"] or "",
            phases=",".join(one["phases"]),
            in_system=one["in_system"],
            seen=version,
        )
        for one in rows
    ]
    School.objects.bulk_create(
        schools,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name", "authority", "phases", "in_system", "seen"],
    )
    School.objects.filter(in_system=True).exclude(seen=version).update(in_system=False)


def _belong(rows: Iterable[Listed], facts: Facts) -> System:
    """Put schools into the evidence's system and its authorities, and out of those they have left."""
    label, nation = facts["system"], facts["nation"]
    kind = System.Kind.NATION if label["en"] == nation["en"] else System.Kind.CITY
    named = {"name": label["en"], "name_cy": label["cy"] if label["cy"] != label["en"] else ""}
    system, _ = System.objects.update_or_create(slug=facts["system_name"], defaults={**named, "kind": kind})
    inside = sorted({one["authority"] for one in rows if one["in_system"] and one["authority"]})
    slugs = {name: _slug(name, system.slug) for name in inside}
    System.objects.bulk_create(
        [System(slug=slug, name=name, kind=System.Kind.AUTHORITY) for name, slug in slugs.items()],
        ignore_conflicts=True,
    )
    wanted = {(one["number"], system.slug) for one in rows if one["in_system"]}
    wanted |= {(one["number"], slugs[one["authority"]]) for one in rows if one["authority"] in slugs}
    through = School.systems.through
    # A school is in one authority: when authorities are formed anew, it leaves one that is there no more.
    ours = Q(system__in=[system.slug, *slugs.values()])
    moved = Q(system__kind=System.Kind.AUTHORITY, school__in_system=True, school__seen=facts["version"])
    held = through.objects.filter(ours | moved)
    there = {(school, slug): pk for pk, school, slug in held.values_list("pk", "school_id", "system_id")}
    gone = [pk for pair, pk in there.items() if pair not in wanted]
    for start in range(0, len(gone), BATCH):
        through.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    through.objects.bulk_create(
        [through(school_id=school, system_id=slug) for school, slug in sorted(wanted - there.keys())],
        batch_size=BATCH,
    )
    return system


def _slug(name: str, taken: str) -> str:
    slug = slugify(name)[:50]
    return f"{slug}-authority" if slug == taken else slug
