"""A list of schools and their trusts, as people paste it from a spreadsheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from commonroom.web.partnerships.spelling import plain

#: What the first line may say in the place of a school.
HEADS = frozenset({"school", "urn", "number", "name", "ysgol", "rhif", "enw"})
#: What stands between a school and its trust: the first of these that a line has.
MARKS = ("\t", ";", ",")
#: Letters of a trust's name.
LONGEST = 120


@dataclass
class Lines:
    """Trusts by number of the school; what is wrong, line by line; and lines about other schools."""

    trusts: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read(text: str, *, schools: Mapping[str, str]) -> Lines:
    """Read a school and its trust from each line.

    Arguments: the `text`, and the names of the `schools` that it may speak of, by number.
    """
    found, known = Lines(), _known(schools)
    for number, school, trust in _lines(text):
        key = school if school in schools else known.get(plain(school))
        if key is None:
            what = _("line %(line)d: “%(school)s” is no school of this system.")
            found.others.append(what % {"line": number, "school": school})
        elif not plain(trust):
            found.wrong.append(_("line %(line)d: no trust stands beside the school.") % {"line": number})
        elif len(trust) > LONGEST:
            found.wrong.append(_("line %(line)d: the name of the trust is too long.") % {"line": number})
        elif plain(found.trusts.get(key, trust)) != plain(trust):
            what = _("line %(line)d: %(school)s stands in another trust above.")
            found.wrong.append(what % {"line": number, "school": schools[key]})
        else:
            found.trusts[key] = trust
    return found


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """The number of each line that is not empty, and its two cells."""
    for number, line in enumerate(text.splitlines(), start=1):
        mark = next((mark for mark in MARKS if mark in line), MARKS[0])
        cells = [cell.strip().strip('"').strip() for cell in line.split(mark, 1)]
        if any(cells) and not (number == 1 and plain(cells[0]) in HEADS):
            yield number, cells[0], " ".join(cells[1].split()) if len(cells) > 1 else ""


def _known(schools: Mapping[str, str]) -> dict[str, str]:
    """Numbers of schools by name, where only one has it."""
    names = Counter(plain(name) for name in schools.values())
    return {plain(name): number for number, name in schools.items() if names[plain(name)] == 1}
