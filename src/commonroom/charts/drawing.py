"""From a chart to its specification, to a still picture, and the program that draws it in a page."""

from __future__ import annotations

import json
import re
from functools import lru_cache

import altair as alt
import vl_convert

from commonroom.charts.looks import FONT, PAPER

#: Vega-Lite that draws the still pictures; the bundle in the page is of the same release.
VEGA_LITE = "6.4"
#: A circle as the renderer writes it: a path of two arcs about a place.
DOT = r'<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A[^"]*"'
#: A mark of a picture: where it is, how it looks, and what it says.
MARK = (
    r'<(?P<tag>circle|path|line)(?P<place>(?: (?:transform|d|cx|cy|r|x2|y2)="[^"]*")+)'
    r'(?P<look>(?: (?:fill|stroke|stroke-width|stroke-dasharray|opacity)="[^"]*")+)'
    r"(?P<rest>/>|></(?P=tag)>|><title>[^<]*</title></(?P=tag)>)"
)
#: A mark with what is said when it is pointed at.
NAMED = r'<(path|line) aria-label="([^"]*)"([^>]*)/>'


def specification(chart: alt.TopLevelMixin) -> str:
    """Return the chart's Vega-Lite specification as JSON, the same text for the same frame."""
    return json.dumps(chart.to_dict(validate=False), ensure_ascii=False, separators=(",", ":"))


def svg(chart: alt.TopLevelMixin) -> str:
    """Return the chart as a still picture in SVG, numbers to one decimal, that scales with its frame.

    What repeats at every mark is said once, and a dot is a circle: a fifth of the bytes, the same picture.
    A mark with a description says it when it is pointed at, without any program.
    """
    return still(specification(chart))


def still(specification: str) -> str:
    """Return the still picture (see `svg`) of a Vega-Lite specification; other threads wait meanwhile."""
    drawn = vl_convert.vegalite_to_svg(specification, vl_version=VEGA_LITE)
    drawn = re.sub(NAMED, r'<\1\3 name="\2"/>', drawn)
    drawn = re.sub(r'width="\d+" height="\d+" viewBox', "viewBox", drawn, count=1)
    drawn = re.sub(r' (?:aria-\w+|role|xmlns:xlink|class|stroke-opacity|font-family)="[^"]*"', "", drawn)
    drawn = re.sub(r"(\d+\.\d)\d+", r"\1", drawn)
    drawn = re.sub(DOT, r'<circle cx="\1" cy="\2" r="\3"', drawn)
    drawn = re.sub(r'<(\w+)([^>]*) name="([^"]*)"/>', r"<\1\2><title>\3</title></\1>", drawn)
    drawn = _together(re.sub(r' (?:opacity="1"|stroke-dasharray="1,0")', "", drawn))
    start = f'<svg class="still" aria-hidden="true" focusable="false" font-family="{FONT}" '
    return drawn.replace("<svg ", start, 1)


def _together(drawn: str) -> str:
    """Marks that follow each other and look alike, in one group that says once how they look."""
    parts: list[str] = []
    at, look = 0, ""
    for mark in re.finditer(MARK, drawn):
        # Of a group, opacity would be that of the whole: of a line, that of its stroke is the same.
        mine = mark["look"].replace(" opacity", " stroke-opacity") if mark["tag"] == "line" else mark["look"]
        if (mark.start() != at or mine != look) and look:
            parts.append("</g>")
            look = ""
        parts.append(drawn[at : mark.start()])
        if " opacity" in mine:
            parts.append(mark[0])
        else:
            parts.append(f"{'' if mine == look else f'<g{mine}>'}<{mark['tag']}{mark['place']}{mark['rest']}")
            look = mine
        at = mark.end()
    return "".join(parts) + ("</g>" if look else "") + drawn[at:]


def png(chart: alt.TopLevelMixin, *, scale: float = 2.0) -> bytes:
    """Return the chart as PNG on white, `scale` pixels per unit."""
    on_white = chart.to_dict(validate=False) | {"background": PAPER}
    return bytes(vl_convert.vegalite_to_png(on_white, vl_version=VEGA_LITE, scale=scale))


@lru_cache(maxsize=1)
def html_bundle() -> str:
    """Return the JavaScript that draws charts in a page without any network (Vega, Vega-Lite, Embed)."""
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE)
    return str(bundle).replace("</script", "<\\/script")
