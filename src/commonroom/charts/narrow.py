"""A picture for a narrow screen: the same figures, with letters as large as those around it."""

from __future__ import annotations

import json
import textwrap

#: Pixels that a letter of a title takes.
LETTER = 7.5


def narrowed(specification: str, *, width: int, equal: bool = False) -> str:
    """Return a Vega-Lite specification of layers, drawn less wide.

    Arguments: `width` between the axes in pixels; with `equal` scales, as of a map, it is less high too.
    There are fewer ticks, no label over another, titles in more lines, and a legend of one column.
    """
    drawn = json.loads(specification)
    if equal:
        drawn["height"] = round(drawn["height"] * width / drawn["width"])
    drawn["width"] = width
    drawn["config"]["axis"] |= {"tickCount": 4, "labelOverlap": True}
    drawn["config"]["legend"]["columns"] = 1
    for layer in drawn["layer"]:
        across = layer.get("encoding", {}).get("x", {})
        if isinstance(across.get("title"), str):
            across["title"] = textwrap.wrap(across["title"], int(width / LETTER))
    return json.dumps(drawn, ensure_ascii=False, separators=(",", ":"))
