"""How an answer of DuckDB reaches polars."""

from __future__ import annotations


class Stream:
    """A result on its way from DuckDB to polars.

    polars asks a DuckDB relation what else it may be, which makes DuckDB 2.0 print a list of what
    it leaked when the program ends. Handing over the bare stream does not.
    """

    def __init__(self, capsule: object) -> None:
        """Keep the stream."""
        self.capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the stream over."""
        return self.capsule
