"""A plan as a YAML file, so that one definition can be sent to all who sum."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from commonroom import settings
from commonroom.errors import SaidToPeople
from commonroom.store.writing import put
from commonroom.tables.sums import Plan, check_plan


class Written(BaseModel):
    """A plan as people write it: centres and meanings by column."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    school: str
    outcome: str
    intake: tuple[str, ...]
    weight: str = ""
    by: tuple[str, ...] = ()
    decimals: int | None = None
    centres: dict[str, float] = {}
    meanings: dict[str, str] = {}


def read_plan(path: Path | str) -> Plan:
    """Read a plan; raises SaidToPeople when the file is not there or does not say one."""
    if not Path(path).is_file():
        raise SaidToPeople(
            "there is no such plan.", where=str(path), remedy="Write it with: commonroom value-added plan."
        )
    told = settings.load(Written, Path(path).absolute())
    columns = (*told.intake, told.outcome)
    if told.centres and set(told.centres) != set(columns):
        raise SaidToPeople(
            "centres are not of the columns that are summed.",
            where=str(path),
            remedy=f"Give one for each of {', '.join(columns)}, or none.",
        )
    meanings = tuple(sorted(told.meanings.items()))
    centres = tuple(told.centres[column] for column in columns) if told.centres else ()
    return check_plan(Plan(**{**dict(told), "centres": centres, "meanings": meanings}))


def write_plan(plan: Plan, path: Path | str) -> None:
    """Write a plan, whole or not at all; raises SaidToPeople when it cannot be written there."""
    told = Written(
        school=plan.school,
        outcome=plan.outcome,
        intake=plan.intake,
        weight=plan.weight,
        by=plan.by,
        decimals=plan.decimals,
        centres=dict(zip(plan.variables, plan.centres, strict=False)),
        meanings=dict(plan.meanings),
    )
    kept = told.model_dump(mode="json", exclude_defaults=True)
    put(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True).encode(), Path(path), what="plan")
