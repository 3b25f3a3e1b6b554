"""What `commonroom doctor` asks of a site: what was looked at, whether it is right, what to do if not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from commonroom import settings as program
from commonroom.errors import SaidToPeople
from commonroom.web import evidence
from commonroom.web.accounts import ciphers
from commonroom.web.files.keeping import find
from commonroom.web.jobs import beats, working

SERVE = "commonroom serve"
#: A secret that nobody guesses has so many letters, of which so many are different.
LONG, VARIED = 50, 5
LEASE = timedelta(seconds=working.Pace().lease)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was seen, whether it is ok, and what to do if not."""

    what: str
    state: Literal["ok", "wrong"] = "ok"
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything that the site needs; nothing is changed, nothing raised."""
    yield _examine_folder()
    yield _examine_secret()
    yield _examine_mail()
    try:
        yield from _examine_database()
    except DatabaseError as error:
        said = " ".join(str(error).split())
        remedy = f"See that it runs, and what DATABASE_URL says; or make it: {SERVE}."
        yield Finding(f"The database cannot be used ({said}).", "wrong", remedy)
    yield _examine_pages()


def _examine_folder() -> Finding:
    if os.access(settings.WORK, os.W_OK | os.X_OK):
        return Finding(f"The work folder {settings.WORK} can be written to.")
    remedy = "Give its owner the right to write, or another folder: COMMONROOM_WORK."
    return Finding(f"The work folder {settings.WORK} cannot be written to.", "wrong", remedy)


def _examine_secret() -> Finding:
    file = settings.WORK / "secret"
    given = program.SECRET.value
    if given and (len(given) < LONG or len(set(given)) < VARIED):
        remedy = "Set a long random one: openssl rand -base64 60. Who is signed in is then signed out."
        return Finding("The secret of the site that is set can be guessed.", "wrong", remedy)
    if given:
        return Finding("The secret of the site is set.")
    if file.stat().st_mode & 0o077:
        return Finding(f"Others may read the secret of the site, {file}.", "wrong", f"chmod 600 {file}")
    return Finding("The secret of the site is in the work folder, for its owner alone.")


def _examine_mail() -> Finding:
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return Finding(f"Mail goes to {settings.EMAIL_HOST}:{settings.EMAIL_PORT}.")
    return Finding(f"Mail is only written into {settings.WORK / 'mail'}: set COMMONROOM_MAIL to send it.")


def _examine_database() -> Iterator[Finding]:
    there = set(connection.introspection.table_names())
    waiting = {model._meta.db_table for model in apps.get_models()} - there or _migrations_to_do()
    said = f"The database ({connection.display_name})"
    if waiting:
        yield Finding(
            f"{said} waits for {len(waiting)} changes of its tables.", "wrong", f"{SERVE} makes them."
        )
        return
    yield Finding(f"{said} answers, and its tables are up to date.")
    yield _examine_files()
    yield from _examine_steps()
    alive = beats.alive(LEASE)
    if alive:
        yield Finding(f"Workers that are alive: {alive}.")
    else:
        remedy = "commonroom serve starts one; commonroom work is one."
        yield Finding("No worker is alive: jobs and letters wait.", "wrong", remedy)


def _examine_steps() -> Iterator[Finding]:
    lost = ciphers.count_unreadable()
    if lost:
        said = f"People whose second step was enciphered with another secret, and cannot sign in: {lost}."
        remedy = "Set the secret that the site had: COMMONROOM_SECRET, or the file secret in the work folder."
        yield Finding(said, "wrong", remedy)


def _migrations_to_do() -> set[str]:
    if settings.MIGRATION_MODULES.get("commonroom", "") is None:
        # Tables are made from the models as they are, while the site is being built.
        return set()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return {migration.name for migration, _ in plan}


def _examine_files() -> Finding:
    known = [
        str(name)
        for model in apps.get_models()
        if any(one.attname == "stored" for one in model._meta.concrete_fields)
        for name in model._base_manager.values_list("stored", flat=True)
    ]
    missing = [name for name in known if not find(name).is_file()]
    if not missing:
        return Finding(f"All {len(known)} files that people sent are there.")
    said = f"Of {len(known)} files that people sent, {len(missing)} are missing: {', '.join(missing[:5])}."
    return Finding(
        said, "wrong", "Take them from a backup: commonroom restore FILE, into another work folder."
    )


def _examine_pages() -> Finding:
    from commonroom.store import evidence as kept

    published = evidence.version()
    try:
        in_force = kept.open(settings.EVIDENCE).version
    except SaidToPeople:
        in_force = ""
    if published and published == in_force:
        return Finding(f"The published pages are of evidence {published}, which is in force.")
    said = f"of evidence {published}" if published else "not there"
    remedy = f"{SERVE} publishes them; a worker that runs does it within a minute."
    return Finding(f"The published pages are {said}; in force is {in_force or 'none'}.", "wrong", remedy)
