"""The long work of the board: making a proposal."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commonroom import pipeline
from commonroom.errors import SaidToPeople
from commonroom.web.jobs import actions as jobs
from commonroom.web.jobs.models import Job
from commonroom.web.jobs.running import job
from commonroom.web.partnerships.board import inputs, runs
from commonroom.web.partnerships.board.models import Run

#: What the plan says it is doing, in the words of the site.
STEPS = {
    "Reading the evidence, and what people say": _("Reading the evidence, and what schools say"),
    "Finding who could help whom": _("Finding who could help whom"),
    "Writing the plan": _("Writing the plan"),
    "Done": _("Keeping what came out"),
}


@job(_("A proposal for a system"))
def solve(work: Job, *, run: int) -> None:
    """Make a proposal for a system, and keep what came out."""
    made = Run.objects.select_related("system", "who", "job").get(pk=run)
    runs.begin(run=made)

    def report(step: str, share: float) -> None:
        jobs.progress(job=work, share=0.05 + 0.9 * share, step=str(STEPS.get(step, step)))

    try:
        board, left_out = propose(made, report=report)
        with jobs.once(job=work) as done:
            runs.save(run=made, board=board, left_out=left_out)
            done.path = reverse("board", args=[made.system_id])
    except jobs.AlreadyDone:
        raise
    except SaidToPeople as error:
        runs.fail(run=made, said=str(error))
        raise
    except Exception:
        runs.fail(run=made, said=gettext("Something went wrong, and it was noted."))
        raise


def propose(
    run: Run, *, report: Callable[[str, float], None]
) -> tuple[pipeline.Board, tuple[dict[str, str], ...]]:
    """Make a plan for the schools of a system from all that they wrote, keeping to what they decided."""
    plans = settings.WORK / "plans" / run.system_id
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        phases = pipeline.compared(settings.EVIDENCE)
        given = inputs.write(folder, system=run.system, day=run.day, phases=phases)
        if not given.schools:
            raise SaidToPeople(
                gettext("The evidence has no school of this system."),
                remedy=gettext("Ask who looks after the site to load the system's schools."),
            )
        decided = inputs.decisions(folder, system=run.system, plans=plans)
        if decided is not None:
            pipeline.decide(plans, decided, evidence=settings.EVIDENCE, date=run.day)
        board = pipeline.board(
            settings.EVIDENCE,
            asked=pipeline.Asked(files=given.files, schools=given.schools),
            terms=pipeline.Terms(date=run.day),
            written=pipeline.Written(plans, pages=False),
            report=report,
        )
    return board, given.left_out
