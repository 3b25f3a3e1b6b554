"""The page of what was measured, from what the benchmarks stored (called by reference.py)."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs/reference"
site_parts = runpy.run_path(str(Path(__file__).with_name("measured_site.py")))["site_parts"]


def page() -> str:
    """What the benchmarks stored, beside what was asked."""
    speed, judged, forecast, demo, plan, *pupils = (
        json.loads((FOLDER / f"measured/{name}.json").read_text(encoding="utf-8"))
        for name in (
            "families_speed", "families_judge", "forecast", "demo", "partnerships", "value_added", "crossed",
            "coverage",
        )
    )  # fmt: skip
    parts = [
        "# What was measured\n\nWritten by `python scripts/reference.py` from what the scripts in `bench/` stored",
        "(`make bench`). The machine had two shared cores; ratios travel, seconds do not.\n",
        f"## Neighbours against scikit-learn (`{speed['script']}`, commit {speed['commit']})\n",
        "25,000 schools x 12 criteria, 50 exact neighbours, equal results; time as a share of brute force.\n",
        "| threads | search | whole `find` | asked |", "|---|---|---|---|",
    ]  # fmt: skip
    for threads in (1, 2):
        row = speed[f"threads_{threads}"]
        parts.append(
            f"| {threads} | {row['neighbours_ratio']:.2f} | {row['find_ratio']:.2f} | {row['ratio_asked']} |"
        )
    memory = speed["memory"]["gigabytes"], speed["memory_unknown"]["gigabytes"]
    parts += [
        f"\n100,000 schools: {memory[0]:.2f} GB, with a tenth unknown {memory[1]:.2f} GB (asked: under 1).\n",
        f"## Families on real data (`{judged['script']}`, commit {judged['commit']})\n",
        "| Attainment 8 of | schools | R2 | beside dfe-2026 | gap | reciprocity | most used | correlation |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for year in (2019, 2023):
        for group, verdict in judged[f"attainment8 {year}"]["verdict"].items():
            one = verdict["learned"]
            parts.append(
                f"| {year} | {group} | {one['r2']:.3f} | {one['r2'] - verdict['r2_dfe']:+.3f} "
                f"| {one['gap_mean']:.2f} | {one['reciprocity']:.2f} | {one['most_used']:.0f} | {one['correlation']:.3f} |"
            )
    parts += [
        "| asked | | | +.010 | .25 | .60 | 125 | .08 |",
        f"\n## A year left out (`{forecast['script']}`, commit {forecast['commit']})\n",
        "CRPS in standard deviations within the year; held-out authorities never chose a model.\n",
        "| measure | year | ours | asked | below regression | 50 / 80 / 95 % held | newcomers 95 % | held-out |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for measure in ("attainment8", "rwm_expected"):
        for row in forecast[measure]["judged"]:
            below = f"{100 * row['below_regression']:.1f} %" if "below_regression" in row else "no regression"
            held = " / ".join(f"{row[f'cover{level}']:.3f}" for level in (50, 80, 95))
            parts.append(
                f"| {measure} | {row['year']} | {row['crps']:.4f} | {row['asked']} | {below} | {held} "
                f"| {row['newcomers_cover95']:.2f} | {row['held-out']:.4f} |"
            )
    parts += [
        f"\n## The demo (`{demo['script']}`, commit {demo['commit']})\n",
        "| system | seconds | asked | GB | asked | report, MB |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for system, row in demo["systems"].items():
        parts.append(
            f"| {system} | {row['seconds']} | {row['seconds_asked']:g} | {row['gigabytes']} "
            f"| {row['gigabytes_asked']:g} | {row['report_megabytes']} |"
        )
    parts += [*partnerships_parts(plan), *impact_parts(), *pupils_parts(*pupils), *site_parts(stored("site"))]
    return "\n".join([*parts, ""])


def partnerships_parts(found: dict[str, Any]) -> list[str]:
    """A plan for all England, the same problem solved in other ways, and what a plan costs as systems grow."""
    whole, beside, curve = found["england"], found["peers"], found["curve"]
    again, easy = whole["redrawn"], beside["lapjvsp"]
    names = {
        "ours": "ours", "greedy": "greedy, a broker with a list", "deferred_acceptance": "deferred acceptance",
        "highs_best_5": "HiGHS, best 5 of each need", "highs_best_10": "HiGHS, best 10 of each need",
    }  # fmt: skip
    lines = [
        f"\n## A plan of partnerships (`{found['script']}`, commit {found['commit']})\n",
        f"All England, both phases: {whole['needs']:,} needs, {whole['candidates']:,} candidates, crossing caps and swaps on.",
        "From the tables of the evidence to the whole proposal in a process of its own, medians of three.\n",
        "| what | measured | asked |", "|---|---|---|",
        f"| seconds, without redraws | {whole['seconds']:.2f} | {whole['seconds_asked']:g} |",
        f"| GB | {whole['gigabytes']:.2f} | {whole['gigabytes_asked']:g} |",
        f"| certified shortfall, at most | {whole['shortfall']:.1e} | {whole['shortfall_asked']:.0e} |",
        f"| seconds with {again['redraws']} redraws, once | {again['seconds']:.0f} | |",
        f"| frames that differ between two processes, of {found['bytes']['frames']} | {len(found['bytes']['different'])} | 0 |",
        f"\nA pair stays in {again['stays_mean']:.0%} of the redrawn plans on average; regret {again['regret']:.1%} on average, "
        f"{again['regret_high']:.1%} in 19 of 20.\n",
        "The same problem in every way, in one process. Left alone: needs without a partner, those of the quarter with",
        "most at stake, and Keys to Success schools that nobody helps.\n",
        "| way | times as long | loses more | left alone | most at stake | Keys schools | Gini |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, label in names.items():
        row = beside[name]
        if "loss" not in row:
            lines.append(f"| {label} | {row['times_ours']:.1f} | no plan in time | | | | |")
            continue
        lines.append(
            f"| {label} | {row.get('times_ours', 1):.2f} | {100 * row['dearer_than_best']:.2f} % | {row['alone']:,} "
            f"| {row['most_at_stake_alone']:,} | {row['keys_schools_alone']} | {row['gini']:.3f} |"
        )
    lines += [
        f"\nHiGHS is stopped after a minute. LAPJVsp knows needs and slots alone: on that easier problem it took {easy['times_ours']:.1f} "
        "times as long as ours, and lost "
        + (
            "the same."
            if round(easy["loss"]) == easy["ours_loss"]
            else f"{easy['loss'] / easy['ours_loss'] - 1:+.1e}."
        ),
        "\nMade-up systems with the same shares, one run above 10,000 schools:\n",
        "| schools | candidates | seconds | GB | beside n log n of candidates (asked: 2) | shortfall |",
        "|---|---|---|---|---|---|",
    ]
    for row in curve["rows"]:
        lines.append(
            f"| {row['schools']:,} | {row['candidates']:,} | {row['seconds']:.2f} | {row['gigabytes']:.2f} "
            f"| {row['relative']:.2f} | {row['shortfall']:.1e} |"
        )
    return lines


def stored(name: str) -> dict[str, Any]:
    """What a benchmark stored."""
    found: dict[str, Any] = json.loads((FOLDER / f"measured/{name}.json").read_text(encoding="utf-8"))
    return found


def impact_parts() -> list[str]:
    """Effects beside their peers, placebo programmes on real schools, and the Challenge."""
    return [
        *impact_speed(stored("impact")),
        *placebo_programmes(stored("impact_placebo")),
        *challenge(stored("challenge")),
    ]


def impact_speed(found: dict[str, Any]) -> list[str]:
    """Estimates and errors beside csdid and diff-diff, and times as fast."""
    versions = ", ".join(f"{peer} {version}" for peer, version in found["versions"].items())
    lines = [
        f"\n## Effects when schools join in different years (`{found['script']}`, commit {found['commit']})\n",
        f"{found['schools']:,} made-up schools x {found['years']} years, staggered starts, in one process, warm, medians; {versions}.",
        f"Asked: estimates and standard errors apart by at most {found['asked']['apart']:.0e}, at least {found['asked']['faster']:g} times as fast as the faster peer.\n",
        "| method | compared with | covariates | csdid: apart, at most | diff-diff: apart | times as fast | from arrays |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in found["designs"]:
        most = {
            peer: max(value for kind in found_of.values() for value in kind.values())
            for peer, found_of in row["apart"].items()
        }
        lines.append(
            f"| {row['method']} | {row['controls']} | {row['covariates']} | {most['csdid']:.0e} | {most['diff-diff']:.0e} "
            f"| {row['faster']:.1f} | {row['faster from arrays']:.1f} |"
        )
    lines.append(
        "\nWith dr and covariates the peers differ from each other: diff-diff divides the comparison side by the number of joiners, csdid and we, "
        "as the paper has it,\nby the sum of its weights; tests/oracle/dense_staggered.py has both and equals both. From arrays: without turning the table into a study first."
    )
    others = ", ".join(f"{name} {value:.3f}" for name, value in found["others"].items())
    return [
        *lines,
        f"\nSeconds of the rest, here (999 permutations asked: {found['asked']['999 permutations']:g}): {others}.",
    ]


def placebo_programmes(found: dict[str, Any]) -> list[str]:
    """How often intervals miss zero where nothing happened, by design and outcome."""
    low, high = found["limits"]
    names = {
        "naive": "before and after",
        "did_base": "differences since the base year",
        "did_before": "since the year before it",
    }
    lines = [
        f"\n## Placebo programmes on real schools (`{found['script']}`, commit {found['commit']})\n",
        f"{found['programmes']:,} programmes in each design in which nothing happened (of authorities, as many as there are), among the bundled",
        f"schools; share of 95 % intervals that miss zero (asked: {low:.0%} to {high:.0%}) and mean effect (asked: at most {found['bias']} z). "
        "What chose the method,",
        "and what did not, stands in the script.\n",
        "![Share of intervals that miss zero, by design and way](../images/impact-placebo.png)\n",
        f"| outcome | design | year | programmes | **missed** | mean | {' | '.join(names.values())} | planted .1, .2, .3: held | smallest seen |",
        "|---" * (8 + len(names)) + "|",
    ]
    for row in found["found"]:
        others = " | ".join(f"{row[name]['missed']:.2f}" for name in names)
        shares = {f"{row['planted'][size]['coverage']:.3f}" for size in ("0.1", "0.2", "0.3")}
        held = ", ".join(sorted(shares))
        lines.append(
            f"| {row['outcome']} | {found['designs'][row['design']]} | {row['year']} | {row['programmes']:,} | **{row['missed']:.3f}** "
            f"| {row['mean']:+.3f} | {others} | {held} | {row['smallest']:.2f} |"
        )
    return lines


def challenge(found: dict[str, Any]) -> list[str]:
    """The Greater Manchester Challenge, in a few rows."""
    lines = [
        f"\n## The Greater Manchester Challenge (`{found['script']}`, commit {found['commit']})\n",
        "Share of inspections judged good or outstanding, Greater Manchester less the rest, in points; range and p by placebo groups of ten",
        "neighbouring authorities. [Read it with what is missing](../tutorials/greater-manchester-challenge.md).\n",
        "| phase | period | gap | range | p |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for phase, part in found["found"].items():
        for period, row in part["places"].items():
            lines.append(
                f"| {phase} | {period} | {row['gap']:+.1f} | {row['low']:+.1f} to {row['high']:+.1f} | {row['p']:.3f} |"
            )
    return lines


def pupils_parts(speed: dict[str, Any], crossed: dict[str, Any], coverage: dict[str, Any]) -> list[str]:
    """Lines of the three parts: speed and memory, neighbourhoods, coverage of intervals."""
    return [*pupils_speed(speed), *pupils_crossed(crossed), *pupils_coverage(coverage)]


def pupils_speed(found: dict[str, Any]) -> list[str]:
    """Speed and memory beside lme4 and a bare scan, and the curve to a hundred million pupils."""
    fast, asked, again = found["speed"], found["asked"], found["refit"]
    lines = [
        f"\n## Value added from pupils (`{found['script']}`, commit {found['commit']})\n",
        f"{fast['pupils']:,} made-up pupils, {fast['schools']:,} schools, six columns of intake. Whole processes, from the",
        f"command to the file of estimates; medians of {fast['runs']} runs, lme4 of {fast['lme4_runs']} (its lmer() call alone is timed).\n",
        "| what | measured | asked |", "|---|---|---|",
        f"| times as fast as lme4's fit | {fast['faster_than_lme4']:.0f} | {asked['faster_than_lme4']:.0f} |",
        f"| memory, as a share of lme4's | {fast['memory_of_lme4']:.3f} | {asked['memory_of_lme4']} |",
        f"| time, in bare DuckDB scans of the same sums | {fast['of_bare_scan']:.2f} | {asked['of_bare_scan']} |",
        f"| a random slope, in times of the intercept | {fast['slope_of_intercept']:.2f} | {asked['slope_of_intercept']} |",
        f"| exact sums, in times of floating point | {fast['exact_of_float']:.2f} | |",
        f"| refit from stored sums, intercept, seconds | {again['refit_intercept']:.3f} | {asked['refit_intercept']} |",
        f"| refit from stored sums, slope, seconds | {again['refit_slope']:.3f} | {asked['refit_slope']} |",
        f"\nIn seconds here: bare scan {fast['bare_seconds']:.2f}, intercept {fast['intercept_seconds']:.2f}, slope "
        f"{fast['slope_seconds']:.2f}, exact {fast['exact_seconds']:.2f}, lme4 {fast['lme4_seconds']:.0f}. A refit is "
        "counted in a process that has fitted once;",
        f"the first takes {again['refit_intercept_first']:.2f} and {again['refit_slope_first']:.2f} s, the whole "
        f"command {again['refit_intercept_process']:.2f} and {again['refit_slope_process']:.2f} s.\n",
        "| pupils | schools | seconds | GB | of linear growth (asked: 1.1) |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for row in [*found["curve"], *found["curve_by_size"]]:
        growth = f"{row['growth_beside_linear']:.2f}" if "growth_beside_linear" in row else ""
        lines.append(
            f"| {row['pupils']:,} | {row['schools']:,} | {row['seconds']:.2f} | {row['gigabytes']:.2f} | {growth} |"
        )
    return [*lines, f"\n{found['note']}"] if "note" in found else lines


def pupils_crossed(found: dict[str, Any]) -> list[str]:
    """Schools crossed with neighbourhoods: a region beside lme4, and a nation."""
    near, far = found["region"], found["nation"]
    lines = [
        f"\n## Schools crossed with neighbourhoods (`{found['script']}`, commit {found['commit']})\n",
        f"A region of {near['schools']:,} schools, {near['neighbourhoods']:,} neighbourhoods and {near['pupils']:,} made-up pupils, "
        f"whole processes, medians of {near['runs']}: {near['ours_seconds']:.2f} s and {near['ours_gigabytes']:.2f} GB;",
        f"lme4 {near['lme4_seconds']:.0f} s (its lmer() call {near['lmer_seconds']:.0f} s) and {near['lme4_gigabytes']:.2f} GB. "
        f"{near['faster_than_lme4']:.0f} times as fast, {near['memory_of_lme4']:.2f} of the memory; variances apart by "
        f"{near['variances_apart']:.0e}, our criterion never the worse.\n",
        f"A nation of {far['schools']:,} schools and {far['neighbourhoods']:,} neighbourhoods, {far['pupils']:,} pupils:\n",
        "| pupils who go anywhere | seconds a criterion with its slope | evaluations | fit, seconds | GB |",
        "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, one in far.items():
        if isinstance(one, dict) and "fit_seconds" in one:
            lines.append(
                f"| {name.replace('_', ' ')} | {one['evaluation_seconds']:.1f} | {one['evaluations']} "
                f"| {one['fit_seconds']:.0f} | {one['gigabytes']:.1f} |"
            )
    return lines


def pupils_coverage(found: dict[str, Any]) -> list[str]:
    """How often 95 % intervals hold the truth."""
    kinds = list(dict.fromkeys(kind for part in found["found"] for kind in part["by_kind"]))
    lines = [
        f"\n## Intervals of value added that hold the truth (`{found['script']}`, commit {found['commit']})\n",
        f"Simulated pupils, {found['replicates']:,} times each (variances of models with slopes 500 times); share of "
        "95 % intervals that hold the truth.\n",
        "![Share of intervals that hold the truth, by number of schools](../images/coverage.png)\n",
        f"| schools | model | asked | {' | '.join(kinds)} |",
        "|---" * (3 + len(kinds)) + "|",
    ]
    for part in found["found"]:
        held = (part["by_kind"].get(kind) for kind in kinds)
        shares = " | ".join(f"{row['share']:.4f}" if row else "" for row in held)
        lines.append(f"| {part['schools']} | {part['model']} | {part['asked']} | {shares} |")
    return lines
