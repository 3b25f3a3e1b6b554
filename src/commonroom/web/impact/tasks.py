"""The long work of an impact plan: having it made, and keeping its hash and what it says."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import yaml
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom import pipeline
from commonroom.errors import SaidToPeople
from commonroom.web.impact import actions
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.jobs import actions as jobs
from commonroom.web.jobs.models import Job
from commonroom.web.jobs.running import job

#: What the planning says it is doing, in the words of the site.
STEPS = {
    "Reading the evidence, and who takes part": _("Reading the evidence, and who takes part"),
    "Trying the design on programmes that never were": _("Trying the design"),
    "Writing the plan": _("Writing the plan"),
    "Done": _("Locking it"),
}
#: One school was helped: it is compared with a mix of schools that stood where it stood.
DESIGN: Literal["synthetic"] = "synthetic"


@job(_("An impact plan"), again=True)
def make(work: Job, *, plan: int) -> None:
    """Make a plan, lock it, and keep what it says; or keep why it could not be made."""
    asked = ImpactPlan.objects.select_related("partnership", "who").get(pk=plan)
    folder = find(asked)

    def report(step: str, share: float) -> None:
        jobs.progress(job=work, share=share, step=str(STEPS.get(step, step)))

    try:
        if not (folder / "plan.yaml").exists():
            write(asked, folder, report=report)
    except SaidToPeople as error:
        with jobs.once(job=work) as done:
            actions.refuse(plan=asked, why=error.what, reasons=_reasons(error))
            done.path = _path(asked)
        return
    hash, said = read(folder)
    with jobs.once(job=work) as done:
        actions.lock(plan=asked, hash=hash, said=said, today=timezone.localdate())
        done.path = _path(asked)


def find(plan: ImpactPlan) -> Path:
    """Return the folder of a plan, in the folder of people's work."""
    return Path(settings.WORK) / "impact" / f"{plan.partnership_id}-{plan.number}"


def write(plan: ImpactPlan, folder: Path, *, report: Callable[[str, float], None]) -> None:
    """Have a plan made and written, dated and hashed; raise SaidToPeople when none can be made."""
    partnership = plan.partnership
    start = partnership.starts or timezone.localdate(plan.written)
    question = pipeline.Question(
        outcome=plan.measure,
        phase=partnership.phase or None,
        window=(plan.first, plan.last),
        role="receiver",
        design=DESIGN,
        smallest=float(plan.smallest),
        name=str(partnership),
        question=plan.question,
        failure=plan.failure,
    )
    kept = pipeline.Kept(folder, timezone.localdate(plan.written))
    with tempfile.TemporaryDirectory() as name:
        events = Path(name) / "events.csv"
        with events.open("w", encoding="utf-8", newline="") as opened:
            rows = csv.writer(opened)
            rows.writerow(("school", "start", "role", "partnership", "theme"))
            for role in ("receiver", "provider"):
                number = getattr(partnership, f"{role}_id")
                rows.writerow((number, start.isoformat(), role, f"P{partnership.pk}", partnership.theme))
        folder.parent.mkdir(parents=True, exist_ok=True)
        pipeline.plan_impact(settings.EVIDENCE, events, question=question, kept=kept, report=report)


def read(folder: Path) -> tuple[str, dict[str, Any]]:
    """Return the hash of a plan that was written, and what its page says of it."""
    content = yaml.safe_load((folder / "plan.yaml").read_text(encoding="utf-8"))
    said = {
        "points": content["smallest"].get("points"),
        "unit": content["outcome"]["unit"],
        "last_outcome": content["data"]["last_outcome"],
        "evidence": content["data"]["evidence"],
        "design": content["design"],
        "date": str(content["date"]),
    }
    return str(content["hash"]), said


def _reasons(error: SaidToPeople) -> list[dict[str, Any]]:
    """The reasons that a refusal names; other errors are told by their sentence."""
    return [asdict(reason) for reason in error.reasons] if isinstance(error, pipeline.Refusal) else []


def _path(plan: ImpactPlan) -> str:
    return reverse("room-impact", args=[plan.partnership_id])
