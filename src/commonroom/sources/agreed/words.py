"""The words of tables that people make, in English and Welsh: names of columns, and what is in cells."""

from __future__ import annotations

#: What columns are called, in small letters without punctuation; the first that is there is believed.
HEADINGS = {
    "school": (
        "urn", "school number", "school urn", "school id", "rhif yr ysgol", "rhif ysgol", "school", "ysgol",
        "school name", "name of school", "enw r ysgol", "enwr ysgol", "enw ysgol", "number", "rhif",
    ),
    "receiver": (
        "receiver urn", "receiver number", "receiver", "receiving school", "school that is helped",
        "helped school", "derbynnydd", "ysgol sy n derbyn", "ysgol syn derbyn", "receiver name",
    ),
    "provider": (
        "provider urn", "provider number", "provider", "providing school", "school that helps",
        "helping school", "helper", "darparwr", "darparydd", "ysgol sy n darparu", "ysgol syn darparu",
        "ysgol sy n helpu", "ysgol syn helpu", "provider name",
    ),
    "from": ("from", "from urn", "from school", "origin", "o", "oddi wrth", "tarddle"),
    "to": ("to", "to urn", "to school", "destination", "i", "at", "cyrchfan"),
    "phase": ("phase", "cyfnod", "sector"),
    "theme": ("theme", "thema", "subject", "pwnc"),
    "says": (
        "says", "statement", "offer or request", "offers or requests", "offer request", "dywed", "dweud",
        "datganiad", "cynnig neu gais",
    ),
    "days": (
        "days", "days a year", "days per year", "days in a year", "capacity", "dyddiau", "diwrnodau",
        "dyddiau r flwyddyn", "dyddiaur flwyddyn", "dyddiau y flwyddyn", "diwrnodau r flwyddyn",
        "diwrnodaur flwyddyn",
    ),
    "date": ("date", "dyddiad", "when", "pryd"),
    "kind": ("kind", "type", "math"),
    "name": (
        "name", "enw", "school trust authority or leader", "school", "ysgol", "urn", "trust",
        "ymddiriedolaeth", "leader", "arweinydd",
    ),
    "authority": (
        "authority", "local authority", "la", "awdurdod", "awdurdod lleol", "consortium", "consortiwm",
        "district",
    ),
    "trust": (
        "trust", "trust name", "name of trust", "multi academy trust", "mat", "academy trust",
        "ymddiriedolaeth", "enw r ymddiriedolaeth", "enwr ymddiriedolaeth",
    ),
    "state": ("state", "status", "cyflwr", "statws"),
    "minutes": ("minutes", "mins", "travel minutes", "minutes one way", "munudau"),
    "decision": ("decision", "penderfyniad"),
    "by": ("by", "decided by", "who decided", "gan", "pwy"),
    "reason": ("reason", "rheswm"),
    "until": ("until", "till", "tan", "hyd"),
    "start": (
        "start", "starts", "started", "start date", "start year", "since", "school year", "dechrau",
        "dechreuodd", "dyddiad dechrau", "ers", "blwyddyn ysgol",
    ),
    "ended": ("ended", "end", "ends", "end date", "diwedd", "gorffen", "dyddiad gorffen"),
    "role": ("role", "part", "rol", "rhan"),
    "partnership": (
        "partnership", "alliance", "programme", "cluster", "partneriaeth", "cynghrair", "rhaglen", "clwstwr",
    ),
    "practice": ("practice", "practise", "what was done", "arfer"),
}  # fmt: skip

PHASES = {
    "primary": ("primary", "cynradd"),
    "secondary": ("secondary", "uwchradd"),
    "both": ("both", "all", "y ddau", "pob un"),
}

SAYS = {
    "offer": ("offer", "offers", "can help", "cynnig", "cynigion"),
    "request": ("request", "requests", "need", "needs help", "wants help", "cais", "ceisiadau", "angen"),
    "no offer": ("no offer", "not offering", "dim cynnig"),
    "no need": ("no need", "no request", "not needed", "dim angen", "dim cais"),
}

KINDS = {
    "school": ("school", "schools", "ysgol", "ysgolion"),
    "trust": ("trust", "trusts", "mat", "ymddiriedolaeth", "ymddiriedolaethau"),
    "authority": ("authority", "local authority", "la", "awdurdod", "awdurdod lleol"),
    "leader": ("leader", "system leader", "arweinydd", "arweinydd system"),
}

STATES = {
    "running": ("running", "runs", "current", "yn rhedeg", "cyfredol"),
    "ended": ("ended", "over", "past", "finished", "wedi dod i ben", "daeth i ben"),
}

DECISIONS = {
    "accept": ("accept", "accepts", "accepted", "yes", "agreed", "derbyn", "derbyniwyd", "ie"),
    "decline": ("decline", "declines", "declined", "refuse", "refused", "no", "gwrthod", "gwrthodwyd", "na"),
    "pause": ("pause", "paused", "on hold", "oedi", "saib"),
    "later": ("later", "not yet", "not now", "yn ddiweddarach", "yn hwyrach", "nes ymlaen"),
}

ROLES = {
    "receiver": (
        "receiver", "receiving", "helped", "took part", "treated", "participant", "derbynnydd", "cyfranogwr",
    ),
    "provider": ("provider", "providing", "helper", "darparwr", "darparydd"),
}  # fmt: skip

SIDES = {
    "receiver": ("receiver", "helped", "derbynnydd"),
    "provider": ("provider", "helper", "darparwr", "darparydd"),
    "both": ("both", "y ddau", "y ddwy", "y naill ar llall"),
}
