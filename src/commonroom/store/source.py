"""Where pupils' rows are, and how an empty value is written there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A table of pupils: one row each.

    `place` is a Parquet or CSV file (also .csv.gz), a folder of parts, a DuckDB database or a
    `postgresql://` address; `table` names the table of a database. Texts in `missing` count as
    empty, as an empty text does.
    """

    place: str | Path
    table: str = ""
    missing: tuple[str, ...] = ()

    @property
    def is_postgres(self) -> bool:
        """Whether the table is in a PostgreSQL server."""
        return re.match(r"postgres(ql)?://", str(self.place)) is not None

    @property
    def server(self) -> str:
        """The place without its user, password and settings."""
        return re.sub(r"//.*@", "//", str(self.place)).split("?")[0] if self.is_postgres else str(self.place)

    @property
    def name(self) -> str:
        """What to call it in a sentence, without a password."""
        return f"{self.server} table {self.table}" if self.table else self.server
