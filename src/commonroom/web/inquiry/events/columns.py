"""What columns of a file of events may be called, in English and Welsh."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from commonroom.errors import SaidToPeople
from commonroom.web.partnerships.spelling import plain

#: Names of columns in small letters without punctuation. Those of schools, days, themes and partnerships
#: are the ones of tables of events that impact is judged by (commonroom.sources.agreed.words): a test.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "receiver": (
        "receiver urn", "receiver number", "receiver", "receiving school", "school that is helped",
        "helped school", "derbynnydd", "ysgol sy n derbyn", "ysgol syn derbyn", "receiver name",
    ),
    "provider": (
        "provider urn", "provider number", "provider", "providing school", "school that helps",
        "helping school", "helper", "darparwr", "darparydd", "ysgol sy n darparu", "ysgol syn darparu",
        "ysgol sy n helpu", "ysgol syn helpu", "provider name",
    ),
    "partner": (
        "partner", "partner urn", "partner number", "partner school", "other school", "partner ysgol",
        "ysgol bartner", "yr ysgol arall", "ysgol arall",
    ),
    "partnership": (
        "partnership", "alliance", "programme", "cluster", "partneriaeth", "cynghrair", "rhaglen", "clwstwr",
    ),
    "date": (
        "date", "day", "dyddiad", "diwrnod", "when", "pryd", "start", "starts", "started", "start date",
        "start year", "since", "school year", "dechrau", "dechreuodd", "dyddiad dechrau", "ers",
        "blwyddyn ysgol",
    ),
    "kind": ("kind", "type", "math"),
    "theme": ("theme", "thema", "subject", "pwnc"),
    "purpose": (
        "what for", "purpose", "what", "title", "event", "practice", "practise", "what was done",
        "ar gyfer beth", "diben", "beth", "teitl", "digwyddiad", "arfer",
    ),
    "begins": (
        "begins at", "begins", "start time", "time", "from time", "yn dechrau am", "amser dechrau", "amser",
    ),
    "ends": ("ends at", "end time", "until time", "yn gorffen am", "amser gorffen"),
    "location": ("place", "location", "where", "venue", "lle", "lleoliad", "ble"),
    "receiver_hours": (
        "receiver hours", "hours of the receiver", "hours receiver", "oriau r derbynnydd",
        "oriaur derbynnydd", "oriau derbynnydd",
    ),
    "provider_hours": (
        "provider hours", "hours of the provider", "hours provider", "hours", "oriau r darparwr",
        "oriaur darparwr", "oriau darparwr", "oriau",
    ),
    "travel_hours": ("travel hours", "travel", "oriau teithio", "teithio"),
    "others": ("who else", "others", "who took part", "pwy arall", "eraill", "pwy gymerodd ran"),
    "outcome": ("what came of it", "outcome", "notes", "beth ddaeth ohono", "canlyniad", "nodiadau"),
    "state": ("state", "status", "cyflwr", "statws"),
}  # fmt: skip

#: What each column is called on pages and in the example: names that HEADINGS knows, in both languages.
LABELS: Mapping[str, str | Promise] = {
    "receiver": pgettext_lazy("column", "receiver"),
    "provider": pgettext_lazy("column", "provider"),
    "partner": pgettext_lazy("column", "partner"),
    "partnership": pgettext_lazy("column", "partnership"),
    "date": pgettext_lazy("column", "date"),
    "kind": pgettext_lazy("column", "kind"),
    "theme": pgettext_lazy("column", "theme"),
    "purpose": pgettext_lazy("column", "what for"),
    "begins": pgettext_lazy("column", "begins at"),
    "ends": pgettext_lazy("column", "ends at"),
    "location": pgettext_lazy("column", "place"),
    "receiver_hours": pgettext_lazy("column", "receiver hours"),
    "provider_hours": pgettext_lazy("column", "provider hours"),
    "travel_hours": pgettext_lazy("column", "travel hours"),
    "others": pgettext_lazy("column", "who else"),
    "outcome": pgettext_lazy("column", "what came of it"),
    "state": pgettext_lazy("column", "state"),
}

KINDS: Mapping[str, tuple[str, ...]] = {
    "visit": ("visit", "school visit", "lesson visit", "ymweliad"),
    "meeting": ("meeting", "call", "phone call", "cyfarfod", "galwad"),
    "support": (
        "support", "support day", "day of support", "training", "diwrnod cymorth", "cymorth", "hyfforddiant",
    ),
}  # fmt: skip
STATES: Mapping[str, tuple[str, ...]] = {
    "planned": (
        "planned", "to come", "wedi i gynllunio", "wedii gynllunio", "wedi ei gynllunio", "cynlluniwyd",
        "i ddod",
    ),
    "held": ("held", "took place", "done", "happened", "cynhaliwyd", "digwyddodd", "wedi digwydd"),
    "cancelled": (
        "cancelled", "canceled", "called off", "wedi i ganslo", "wedii ganslo", "wedi ei ganslo", "canslwyd",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """Where each column stands, and the names of those that nobody reads."""

    places: dict[str, int]
    unread: list[str]


def find(heads: Sequence[str]) -> Found:
    """Return where the columns stand; raise SaidToPeople, with all that is missing, when they do not suffice.

    `heads`: the names of the columns as the file has them.
    """
    left = {place: plain(head) for place, head in enumerate(heads)}
    places: dict[str, int] = {}
    for word, headings in HEADINGS.items():
        named = [place for heading in headings for place, head in left.items() if head == heading]
        if named:
            places[word] = named[0]
            del left[named[0]]
    missing = [word for word in ("date", "purpose") if word not in places]
    if not _names_a_room(places):
        missing.insert(0, "partner")
    if missing:
        raise _lacking(missing, heads, list(left.values()))
    return Found(places, [heads[place] for place in left if heads[place]])


def _names_a_room(places: Mapping[str, int]) -> bool:
    return bool({"partner", "partnership"} & places.keys()) or {"receiver", "provider"} <= places.keys()


def _lacking(missing: Sequence[str], heads: Sequence[str], left: Sequence[str]) -> SaidToPeople:
    named = ", ".join(f"“{LABELS[word]}”" for word in missing)
    remedies = []
    for word in missing:
        near = difflib.get_close_matches(plain(str(LABELS[word])), left, n=1, cutoff=0.6)
        if near:
            remedies.append(
                _("Should “%(there)s” be “%(wanted)s”?") % {"there": near[0], "wanted": LABELS[word]}
            )
    remedies.append(_("Write these names in the first row, and send the file again; nothing was saved."))
    return SaidToPeople(
        _("These columns are missing: %(missing)s. There are: %(there)s.")
        % {"missing": named, "there": ", ".join(head for head in heads if head)},
        remedy=" ".join(remedies),
    )


def meaning(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """Return which of a few words a text means; nothing for one that means none."""
    wanted = plain(text)
    return next((word for word, said in words.items() if wanted in said), "")
