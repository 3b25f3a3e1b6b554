"""What stands in a plan, its text for people, and the hash by which a change is noticed."""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

import commonroom
from commonroom.errors import SaidToPeople
from commonroom.impact.definition import Amount, Comparison, Estimator, Inference, Share
from commonroom.tables import impact as tables

Design = Literal["matched", "reg", "ipw", "dr", "synthetic", "sdid"]
Role = Literal["receiver", "provider"]
Phase = Literal["primary", "secondary"]

#: So many digits of the hash are shown to people.
SHOWN = 12
_HEAD = (
    "# The plan of an evaluation, written before its results are looked at. Do not change it: the hash at\n"
    "# the end tells. What is done otherwise is reported as a deviation from it.\n"
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(_Part):
    """The measure and phase that count; its unit and direction."""

    measure: str
    label: str
    phase: Phase
    unit: str
    direction: Literal["higher", "lower"]


class Joined(_Part):
    """How many schools join in one role, and with which first results."""

    role: Role
    start: int
    schools: int


class Events(_Part):
    """Who takes part: the hash of the events in canonical form, and how many by role and start."""

    sha256: str
    joined: tuple[Joined, ...]
    partnerships: int


class Effect(_Part):
    """A size of effect, in sd of schools and in the unit of the measure."""

    sd: Amount
    points: Amount | None = None


class Window(_Part):
    """First and last year of the outcome that count."""

    first: int
    last: int


class Seen(_Part):
    """The smallest effect that the design could see in one role, and how sure that is.

    `error` is of the draws; `false_alarms` the share of placebo programmes whose interval misses 0, which is
    one less the level where the intervals are as wide as they should be; `missed` had no answer.
    """

    role: Role
    power: Share
    sd: FiniteFloat | None
    points: FiniteFloat | None
    error: FiniteFloat | None
    missed: FiniteFloat
    false_alarms: FiniteFloat | None = None
    programmes: int


class Data(_Part):
    """What was known when it was planned: the last year of the outcome, and the version of the evidence."""

    last_outcome: int | None
    evidence: str


class Named(_Part):
    """The definition that it goes by, and its hash."""

    name: str
    sha256: str


class Plan(_Part):
    """Everything that is decided before the results are there.

    The hash and the text are of what was written, not of fields that a later program may have added: a plan
    stays the one that was locked.
    """

    form: str = Field(default="commonroom impact plan 1", pattern="^commonroom impact plan 1$")
    name: str
    question: str
    date: datetime.date
    outcome: Outcome
    roles: tuple[Role, ...]
    events: Events
    design: Design
    comparison: Comparison
    estimator: Estimator
    inference: Inference
    window: Window
    smallest: Effect
    failure: str
    power: tuple[Seen, ...] = ()
    data: Data
    definition: Named
    seed: int
    program: str = commonroom.__version__

    @property
    def hash(self) -> str:
        """SHA-256 of the plan in canonical form, in hexadecimal digits."""
        content = self.model_dump(mode="json", exclude_unset=True)
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def short(self) -> str:
        """The first digits of the hash, as people are shown it."""
        return self.hash[:SHOWN]

    @property
    def is_before_outcomes(self) -> bool:
        """Whether no outcome that counts was known when it was planned."""
        return self.data.last_outcome is None or self.data.last_outcome < self.window.first

    @property
    def text(self) -> str:
        """The plan as YAML that a person can read, with its hash at the end; the same for the same plan."""
        import yaml

        content = self.model_dump(mode="json", exclude_unset=True) | {"hash": self.hash}
        return _HEAD + str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))


def parse(text: str, *, where: str = "plan.yaml") -> Plan:
    """Read a plan from its text.

    `where` it is from. Raises SaidToPeople when it is no plan, or was changed since it was written.
    """
    import yaml

    program = commonroom.__version__
    try:
        content: Any = yaml.safe_load(text)
        hashed, program = content.pop("hash"), content.get("program", program)
        plan = Plan.model_validate(content)
    except (yaml.YAMLError, ValidationError, AttributeError, KeyError, TypeError):
        other = "" if program == commonroom.__version__ else f" (it was made by commonroom {program})"
        raise SaidToPeople(
            f"this is no plan of an evaluation that can be read{other}.",
            where=where,
            remedy="Put the file back as it was, or plan again into another --out FOLDER.",
        ) from None
    if hashed != plan.hash:
        raise SaidToPeople(
            f"the plan was changed by hand: it says {str(hashed)[:SHOWN]} and comes to {plan.short}.",
            where=where,
            remedy="Put it back as it was; what is done otherwise is reported as a deviation, no fault.",
        )
    return plan


def canonical(events: pl.DataFrame) -> pl.DataFrame:
    """Return events (tables.impact.EVENTS) in the one order of their rows that the hash is of."""
    return tables.EVENTS.check(events).sort(tables.EVENTS.keys)


def digest(events: pl.DataFrame) -> Events:
    """Return the hash of events in canonical form, and how many schools join by role and start.

    A school's first start in a role counts, as in a study.
    """
    rows = canonical(events)
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows.iter_rows())
    first = rows.group_by("role", "school").agg(pl.col("start").min())
    counted = first.group_by("role", "start").len().sort("role", "start", descending=[True, False])
    joined = tuple(Joined(role=role, start=start, schools=count) for role, start, count in counted.rows())
    return Events(
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        joined=joined,
        partnerships=rows["partnership"].n_unique(),
    )
