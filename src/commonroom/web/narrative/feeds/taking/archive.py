"""All of it as one archive: a CSV file for each kind of thing, and the files that were sent."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

from commonroom.web.files import keeping
from commonroom.web.inquiry.models import Attachment
from commonroom.web.narrative.feeds.taking import cells
from commonroom.web.narrative.feeds.taking.about import Parcel
from commonroom.web.narrative.feeds.taking.owned import Owned


def archive(parcel: Parcel) -> IO[bytes]:
    """Return the archive, an open file that is gone once it is closed."""
    made = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        counts = {}
        for owned in parcel.kinds:
            names = [column.name for column in cells.columns(owned)]
            counts[owned.name] = _put(packed, f"{owned.name}.csv", names, cells.rows(owned, parcel.school))
            if owned.model is Attachment:
                _put_files(packed, owned, parcel)
        about = list(parcel.read_me(counts))
        packed.writestr("README.txt", "".join(f"{word}: {said}\r\n" for word, said in about))
    made.seek(0)
    return made


def _put(packed: zipfile.ZipFile, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Put a CSV file into the archive, row by row, and return how many rows it has."""
    count = 0
    with (
        packed.open(name, "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(heads)
        for row in rows:
            writer.writerow(cells.texts(row))
            count += 1
    return count


def _put_files(packed: zipfile.ZipFile, owned: Owned, parcel: Parcel) -> None:
    """Put the files themselves in, each under its line and name; one that is lost is left out."""
    for sent in owned.rows(parcel.school):
        lies = keeping.find(sent.stored)
        if lies.is_file():
            name = f"files/{sent.pk}-{sent.name}"
            with lies.open("rb") as read, packed.open(name, "w", force_zip64=True) as out:
                shutil.copyfileobj(read, out)
