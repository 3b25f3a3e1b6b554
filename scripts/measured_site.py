"""What was measured of the site, as a section of the page (called by measured.py)."""

from __future__ import annotations

from typing import Any

#: Kinds of pages by the names of their addresses.
KINDS = {
    "schools": "search",
    "school": "school",
    "alike": "schools alike",
    "family": "standing family",
    "system": "system",
}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def site_parts(found: dict[str, Any]) -> list[str]:
    """Server times by kind of page, requests a second, and first paint, on both databases."""
    asked = found["asked"]
    lines = [
        f"\n## The site with all England (`{found['script']}`, commit {found['commit']})\n",
        f"Two workers, wrk on the same two cores, a mix of pages at a pace of {found['pace']} a second, then flat out.",
        "Server time is the site's own `Server-Timing`; the whole time has the wait for a worker too. `least` is",
        "`/health`, the least that the server can answer.\n",
        "| database | page | p50, ms | p95, ms | asked | most, kB | first paint, ms | asked | first visit, kB | asked |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for database, name in DATABASES.items():
        part = found[database]
        for kind, said in KINDS.items():
            row, paint = part["steady"]["kinds"][kind], "find" if kind == "schools" else kind
            lines.append(
                f"| {name} | {said} | {row['p50_ms']} | {row['p95_ms']} | {asked['p95_ms']} "
                f"| {row['most_kilobytes']} | {part['paint'][f'{paint}_ms']} | {asked['first_paint_ms']} "
                f"| {part['paint'][f'{paint}_kilobytes']} | {asked['page_kilobytes']} |"
            )
    lines += [
        "\n| database | at the pace, a second | asked | whole time then, ms: p50, p90, p99 | flat out, a second "
        "| least, a second | errors |",
        "|---|---|---|---|---|---|---|",
    ]
    for database, name in DATABASES.items():
        part = found[database]
        errors = sum(part[run]["errors"] for run in ("steady", "flat_out", "least"))
        lines.append(
            f"| {name} | {part['steady']['requests_a_second']} | {asked['requests_a_second']} "
            f"| {', '.join(str(one) for one in part['steady']['whole_ms'].values())} "
            f"| {part['flat_out']['requests_a_second']} | {part['least']['requests_a_second']} | {errors} |"
        )
    return lines
