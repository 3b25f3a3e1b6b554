"""`doctor`: what is there, and whether it is whole."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from commonroom import settings
from commonroom.cli import options, site
from commonroom.errors import SaidToPeople

if TYPE_CHECKING:
    from commonroom.store.doctor import Finding


def doctor(evidence: options.Evidence = options.EVIDENCE) -> None:
    """Say whether the evidence, the program and the site are whole, and what to do if not; 1 if not."""
    from commonroom.store import doctor as store

    findings = (*store.examine(evidence), *examine_site(evidence))
    for finding in findings:
        remedy = f" {finding.remedy}" if finding.remedy else ""
        typer.echo(f"{finding.state:<6} {finding.what}{remedy}")
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def examine_site(evidence: Path) -> Iterator[Finding]:
    """What the site's own program finds, where there is a site: a work folder, or a database that is set."""
    from commonroom.store.doctor import Finding

    if not Path(settings.WORK.value).is_dir() and not settings.DATABASE.value:
        return
    try:
        site.check_extras()
    except SaidToPeople as error:
        yield Finding(error.what.capitalize(), "wrong", error.remedy)
        return
    asked = subprocess.run(
        [sys.executable, "-m", "commonroom.web.manage", "examine"],
        env=site.environment(evidence),
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        said = (asked.stderr.strip().splitlines() or ["it said nothing"])[-1]
        yield Finding(f"The site cannot be looked at: {said}", "wrong")
        return
    for found in json.loads(asked.stdout):
        yield Finding(**found)
