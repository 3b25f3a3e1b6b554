"""`backup`: everything that people wrote, in one file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from commonroom.web import backup


class Command(BaseCommand):
    """Write a backup, while the site runs."""

    help = "Write everything that people wrote into one file, while the site runs."
    #: The site is checked when it is made ready (`prepare`): it takes as long as all else of a start.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, file: Path, **words: object) -> None:
        """Write it, and say what it holds."""
        kept = backup.write(file)
        size = file.stat().st_size / 1e6
        said = f"{kept.rows:,} rows of {len(kept.tables)} tables and {len(kept.files):,} files"
        self.stdout.write(f"Wrote {said} into {file} ({size:.1f} MB). Whoever has it can read all of it.")
        if kept.missing:
            self.stdout.write(f"Missing: files that rows name are not there: {', '.join(kept.missing)}.")
