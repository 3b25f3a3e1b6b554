"""A picture in words, and what draws it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A picture of a page: its caption, the sentences in front of it, and the table behind it.

    `numeric` are the columns of the table that are numbers; `draw` makes the chart when it is asked for.
    On a narrow screen it is `room` pixels wide between its axes; `equal` says that its scales are.
    """

    caption: str
    sentences: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    draw: Callable[[], Any] = field(repr=False, compare=False)
    numeric: tuple[int, ...] = ()
    room: int = 300
    equal: bool = False

    @cached_property
    def _chart(self) -> Any:
        return self.draw()

    def specification(self) -> str:
        """The Vega-Lite specification, as JSON."""
        from commonroom import charts

        return charts.specification(self._chart)

    def svg(self, still: Callable[[str], str] | None = None, *, narrow: bool = False) -> str:
        """The still picture, as SVG: the sentences and the table say all of it in words.

        Arguments: what draws a specification (`still`; left out, this process does), and whether it is for
        a `narrow` screen.
        """
        from commonroom import charts

        drawn = self.specification()
        if narrow:
            drawn = charts.narrowed(drawn, width=self.room, equal=self.equal)
        return (still or charts.still)(drawn)
