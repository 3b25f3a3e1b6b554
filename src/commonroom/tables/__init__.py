"""Every table of the program, described once: columns, meaning, unit, keys and limits."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom.errors import CommonroomError


class TableError(CommonroomError):
    """A frame does not fit the table it claims to be."""


@dataclass(frozen=True)
class Column:
    """One column: its polars type, what it means, its unit and its limits (both inclusive)."""

    name: str
    type: type[pl.DataType] | pl.DataType
    meaning: str
    unit: str = ""
    limits: tuple[float, float] | None = None
    nullable: bool = True


@dataclass(frozen=True)
class Table:
    """One table: a name, a meaning, the columns that identify a row, and all columns in order."""

    name: str
    meaning: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, type[pl.DataType] | pl.DataType]:
        """Column names and polars types, in order."""
        return {column.name: column.type for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """A frame of this table with no row."""
        return pl.DataFrame(schema=self.schema)

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with this table's columns in order, cast; raise TableError if it does not fit.

        A column that is missing, a null where none may be, a repeated key and a value outside the
        limits are each refused, with the table, the column and how many rows.
        """
        missing = [column.name for column in self.columns if column.name not in frame.columns]
        if missing:
            raise TableError(f"{self.name}: the columns {', '.join(missing)} are missing.")
        frame = frame.select(pl.col(column.name).cast(column.type) for column in self.columns)
        for column in self.columns:
            values = frame[column.name]
            if values.null_count() and (not column.nullable or column.name in self.keys):
                raise TableError(f"{self.name}.{column.name}: {values.null_count()} rows are empty.")
            if column.limits is not None:
                low, high = column.limits
                outside = frame.filter(~pl.col(column.name).is_between(low, high)).height
                if outside:
                    raise TableError(
                        f"{self.name}.{column.name}: {outside} rows are outside {low} to {high}."
                    )
        if self.keys and frame.select(self.keys).is_duplicated().any():
            raise TableError(f"{self.name}: rows repeat the key {', '.join(self.keys)}.")
        return frame
