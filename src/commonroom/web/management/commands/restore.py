"""`restore`: put a backup into a site."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from commonroom.web import backup
from commonroom.web.accounts import ciphers
from commonroom.web.management import preparing


class Command(BaseCommand):
    """Put a backup into an empty site, whole or not at all."""

    help = "Put a backup into an empty site, whole or not at all."
    #: The site is checked when it is made ready (`prepare`): it takes as long as all else of a start.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and whether what is here may go."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true")

    def handle(self, *args: object, file: Path, replace: bool, **words: object) -> None:
        """Restore it, and say what it was."""
        preparing.migrate()
        kept = backup.restore(file, replace=replace)
        said = f"{kept.rows:,} rows of {len(kept.tables)} tables and {len(kept.files):,} files"
        self.stdout.write(f"Restored {said}, written {kept.written[:16]} by commonroom {kept.program}.")
        lost = ciphers.count_unreadable()
        if lost:
            self.stdout.write(
                f"{lost} people cannot use the second step that they had: this site has another secret. "
                "Set the one that it had (COMMONROOM_SECRET, or the file secret in the work folder)."
            )
        if kept.missing:
            self.stdout.write(f"Missing when it was written: {', '.join(kept.missing)}.")
