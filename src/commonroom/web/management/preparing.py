"""Make a site ready: its database, its published pages, its register of schools, its static files."""

from __future__ import annotations

import os

from django.core.management import call_command


def migrate() -> None:
    """Bring the tables of the database up to date."""
    call_command("migrate", run_syncdb=bool(os.environ.get("COMMONROOM_SYNCDB")), verbosity=0)
