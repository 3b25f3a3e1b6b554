"""Build evidence in a process of its own. Usage: python building.py FOLDER SEED [SEED ...]."""

from __future__ import annotations

import sys
from pathlib import Path

from commonroom.store import evidence
from stores.builders import TABLES, make_manifest

if __name__ == "__main__":
    for seed in sys.argv[2:]:
        evidence.write(Path(sys.argv[1]), TABLES, manifest=make_manifest(int(seed)))
