"""`doctor`: what is there, and whether it is whole."""

import typer

from commonroom.cli import options


def doctor(evidence: options.Evidence = options.EVIDENCE) -> None:
    """Say whether the evidence and the program are whole, and what to do if not; 1 if anything is wrong."""
    from commonroom.store import doctor as store

    findings = store.examine(evidence)
    for finding in findings:
        remedy = f" {finding.remedy}" if finding.remedy else ""
        typer.echo(f"{finding.state:<6} {finding.what}{remedy}")
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)
