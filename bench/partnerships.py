"""Partnerships for all England beside its peers, for made-up systems of any size, and byte for byte.

    python bench/partnerships.py [--evidence FOLDER] [--folder F] [--runs 3] [--most 100000] [--write]

England: the bundled panel, both phases, real strengths and needs; each proposal in a process of its own
(seconds of `propose` from tables that are read already; memory of the whole process), then its problem
solved in one process by ours, by greedy, by deferred acceptance, by HiGHS on the best candidates of each
need (scipy.optimize.milp), and, without caps of receivers, themes and authorities and without swaps, which
it cannot know, by LAPJVsp (scipy.sparse.csgraph.min_weight_full_bipartite_matching), with a column for
every slot of a provider and one for leaving a need alone; ours solves that easier problem too, and the
two must lose the same. Curve: made-up systems (made_up_system.py) with the same shares.
Bytes: two processes with other hashes and other numbers of threads, all frames of a proposal compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from partnerships_peers import peers, timed

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "reference" / "measured" / "partnerships.json"
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
#: The relative cost is measured from the first size of at least so many schools.
FROM = 10_000
TODAY = date(2026, 8, 1)
ASKED = {"seconds": 5.0, "gigabytes": 1.0, "shortfall": 1e-4, "relative": 2.0}


def memory() -> float:
    """Largest resident memory of this process, in GB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 3)


def england(evidence: Path) -> tuple[Any, Any]:
    """Standing and ground of the evidence, as the command reads and lays them out."""
    from commonroom.pipeline import brokering

    setting = brokering.set_out(evidence, asked=brokering.Asked())
    return setting.standing, setting.ground


def source(what: str) -> tuple[Any, Any]:
    """Standing and ground of a folder of evidence, or of so many made-up schools."""
    import made_up_system

    return made_up_system.make(int(what)) if what.isdigit() else england(Path(what))


def propose(standing: Any, ground: Any, *, redraws: int | None = None) -> Any:
    """The verb, with the program's own definition."""
    from commonroom import partnerships
    from commonroom.partnerships import definition
    from commonroom.partnerships.terms import Terms

    terms = Terms(date=TODAY) if redraws is None else Terms(date=TODAY, redraws=redraws)
    return partnerships.propose(standing, ground, definition=definition.load(), terms=terms)


def proposal(what: str) -> dict[str, Any]:
    """One proposal in this process, without redraws."""
    standing, ground = source(what)
    before = memory()
    seconds, plan = timed(lambda: propose(standing, ground, redraws=0))
    row = plan.plan.filter(way="best").row(0, named=True)
    names = ("needs", "helped", "candidates", "keys", "keys_helped", "loss", "bound", "shortfall", "swaps")
    measured = {"seconds": seconds, "gigabytes_before": before, "gigabytes": memory()}
    return {**measured, **{name: row[name] for name in (*names, "gini", "blocking")}}


def redrawn(what: str) -> dict[str, Any]:
    """One proposal in this process with the redraws that the program makes unasked."""
    standing, ground = source(what)
    seconds, plan = timed(lambda: propose(standing, ground))
    row = plan.plan.filter(way="best").row(0, named=True)
    found = {name: row[name] for name in ("redraws", "regret", "regret_high")}
    stays = round(float(plan.proposals["stays"].mean()), 4)
    return {"seconds": seconds, "gigabytes": memory(), **found, "stays_mean": stays}


def digest(what: str) -> dict[str, str]:
    """A hash of every frame of a proposal, as it is written."""
    plan = propose(*source(what), redraws=20)
    frames = {one.name: getattr(plan, one.name) for one in fields(plan)}
    return {name: hashlib.sha256(frame.write_csv().encode()).hexdigest() for name, frame in frames.items()}


def arranged(what: str) -> Any:
    """The problem of a system, and who is behind its numbers."""
    from commonroom.partnerships import arranging, candidates, definition

    standing, ground = source(what)
    rules = definition.load()
    edges = candidates.weigh(standing, ground, definition=rules).edges
    known = arranging.nothing_known()
    return arranging.arrange(edges, standing, ground, definition=rules, known=known)


def child(*asked: str, threads: str = "2", seed: str = "0") -> dict[str, Any]:
    """Do one part in a process of its own."""
    settings = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), threads)
    environment = {**os.environ, **settings, "PYTHONHASHSEED": seed}
    command = [sys.executable, __file__, *asked]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(asked)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def repeated(runs: int, *asked: str) -> dict[str, Any]:
    """Medians over some processes of what is measured; the rest must be the same in each."""
    rows = [child(*asked) for _ in range(runs)]
    measured = [name for name in rows[0] if name.startswith(("seconds", "gigabytes"))]
    for row in rows:
        assert {n: v for n, v in row.items() if n not in measured} == {
            n: v for n, v in rows[0].items() if n not in measured
        }
    return {**rows[0], **{name: round(statistics.median(row[name] for row in rows), 3) for name in measured}}


def curve(most: int, runs: int) -> dict[str, Any]:
    """Seconds of a proposal against schools and candidates."""
    rows: list[dict[str, Any]] = []
    for size in (size for size in SIZES if size <= most):
        found = repeated(runs if size <= FROM else 1, "proposal", str(size))
        edges = found["candidates"]
        unit = found["seconds"] / (edges * np.log(edges))
        rows.append({"schools": size, **found, "nanoseconds_per_edge_log_edge": round(unit * 1e9, 1)})
    base = next((row for row in rows if row["schools"] >= FROM), rows[-1])
    for row in rows:
        row["relative"] = round(
            row["nanoseconds_per_edge_log_edge"] / base["nanoseconds_per_edge_log_edge"], 2
        )
        print(
            f"{row['schools']:>7,} schools, {row['candidates']:>9,} candidates: {row['seconds']:.2f} s"
            f" ({row['relative']:.2f} of n log n; asked {ASKED['relative']:.0f}),"
            f" {row['gigabytes']:.2f} GB, shortfall {row['shortfall']:.1e}",
            flush=True,
        )
    large = [row for row in rows if row["schools"] >= FROM]
    exponent = None
    if len(large) > 1:
        logs = [np.log([row[name] for row in large]) for name in ("candidates", "seconds")]
        exponent = round(float(np.polyfit(*logs, 1)[0]), 3)
        print(f"  seconds go as candidates to the power of {exponent}, from {FROM:,} schools")
    return {"rows": rows, "exponent": exponent, "relative_asked": ASKED["relative"]}


def bytes_alike(what: str) -> dict[str, Any]:
    """Two processes with other hashes and threads: is every frame the same?"""
    one, two = child("digest", what, threads="1", seed="1"), child("digest", what, threads="2", seed="2")
    other = sorted(name for name in one if one[name] != two[name])
    print(
        f"byte for byte: {len(one)} frames, {'all alike' if not other else 'different: ' + ', '.join(other)}"
    )
    return {"frames": len(one), "different": other}


def tell(found: dict[str, Any], beside: dict[str, Any]) -> None:
    """Say what was measured for England beside what was asked."""
    print(
        f"England: {found['needs']:,} needs, {found['candidates']:,} candidates: {found['seconds']:.2f} s"
        f" (asked {ASKED['seconds']:.0f}), {found['gigabytes']:.2f} GB (asked {ASKED['gigabytes']:.0f}),"
        f" shortfall at most {found['shortfall']:.1e} (asked {ASKED['shortfall']:.0e})"
    )
    again = found["redrawn"]
    print(
        f"  with {again['redraws']} redraws {again['seconds']:.2f} s;"
        f" a pair stays in {again['stays_mean']:.0%} of them, regret {again['regret']:.2%}"
    )
    for name, row in beside.items():
        if not isinstance(row, dict):
            continue
        if name == "lapjvsp":
            print(
                f"  {name} (needs and slots alone): {row['seconds']:.2f} s, ours {row['ours_seconds']:.2f} s"
                f" ({row['times_ours']} times); loses {row['loss']:.0f} and {row['ours_loss']}"
            )
        elif "loss" in row:
            print(
                f"  {name}: {row['seconds']:.2f} s, {row['dearer_than_best']:+.4%} dearer,"
                f" {row['alone']:,} needs alone ({row['most_at_stake_alone']:,} of the quarter most at stake,"
                f" {row['keys_schools_alone']} Keys to Success schools), Gini {row['gini']:.3f}"
            )
        else:
            print(f"  {name}: {row['seconds']:.2f} s, no plan ({row['said']})")


def main() -> None:
    """Measure everything, and store it where asked."""
    parts = {"proposal": proposal, "redrawn": redrawn, "digest": digest}
    if sys.argv[1:2] and sys.argv[1] in parts:
        print(json.dumps(parts[sys.argv[1]](sys.argv[2])))
        return
    if sys.argv[1:2] == ["peers"]:
        print(json.dumps(peers(arranged(sys.argv[2]), int(sys.argv[3]))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--evidence", type=Path, help="all England, built already")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "commonroom-bench")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="schools of the largest made-up system")
    parser.add_argument("--only", choices=("england", "curve", "bytes"), help="one of the three")
    parser.add_argument("--write", action="store_true", help="store the figures in docs/reference/measured")
    asked = parser.parse_args()
    evidence = asked.evidence or asked.folder / "evidence-england"
    if not evidence.exists() and asked.only != "curve":
        asked.folder.mkdir(parents=True, exist_ok=True)
        build = [sys.executable, "-m", "commonroom", "panel", "build", "--system", "england"]
        subprocess.run([*build, "--evidence", str(evidence)], check=True)
    found: dict[str, Any] = {}
    if asked.only in (None, "england"):
        found["england"] = repeated(asked.runs, "proposal", str(evidence))
        found["england"] |= {f"{name}_asked": ASKED[name] for name in ("seconds", "gigabytes", "shortfall")}
        found["england"]["redrawn"] = child("redrawn", str(evidence))
        found["peers"] = child("peers", str(evidence), str(asked.runs))
        tell(found["england"], found["peers"])
    if asked.only in (None, "curve"):
        found["curve"] = curve(asked.most, asked.runs)
    if asked.only in (None, "bytes"):
        found["bytes"] = bytes_alike(str(evidence))
    if asked.write:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        STORE.parent.mkdir(parents=True, exist_ok=True)
        whole = {"script": "bench/partnerships.py", "commit": commit, **found}
        STORE.write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
