"""Folders of plans beside the database: what was proposed and decided, and how impact will be judged."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from commonroom.web.backup.form import Part, copy

#: In the work folder: plans of partnerships by system, and plans of impact by partnership.
FOLDERS = ("plans", "impact")
#: What a file there may be called: under one of them, and nothing that leads out.
NAME = re.compile(rf"({'|'.join(FOLDERS)})(/[\w-][\w.-]*)+")


def write(archive: zipfile.ZipFile) -> dict[str, Part]:
    """Write every file of the folders into a backup, and return them by name."""
    written = {}
    for path in sorted(path for folder in FOLDERS for path in (settings.WORK / folder).rglob("*")):
        name = path.relative_to(settings.WORK).as_posix()
        if path.is_file() and NAME.fullmatch(name):
            with path.open("rb") as kept, archive.open(f"folders/{name}", "w", force_zip64=True) as out:
                written[name] = copy(kept, out)
    return written


@contextmanager
def placing(archive: zipfile.ZipFile, names: Mapping[str, Part]) -> Iterator[None]:
    """Unpack the folders of a backup beside those that are here, and swap them when all inside went well.

    Raises ValueError for a name that leads out of the folders; nothing is swapped then.
    """
    settings.WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.WORK) as beside:
        for name in names:
            if not NAME.fullmatch(name):
                raise ValueError(name)
            place = Path(beside, "new", name)
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(f"folders/{name}") as inside, place.open("xb") as out:
                copy(inside, out)
        yield
        for folder in FOLDERS:
            here, new = settings.WORK / folder, Path(beside, "new", folder)
            if here.exists():
                shutil.move(here, Path(beside, f"old-{folder}"))
            if new.exists():
                shutil.move(new, here)
