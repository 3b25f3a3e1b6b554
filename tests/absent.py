"""Prints how to leave out of the coverage the engines that this machine has not, whose tests are skipped.

`make test` hands it to `coverage report`. Where all is required, as in CI, nothing is left out.
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

STORE = "src/commonroom/store"


def absent() -> list[str]:
    """Return the source files of engines that are not on this machine."""
    if os.environ.get("COMMONROOM_REQUIRE_ALL"):
        return []
    servers = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *filter(None, [shutil.which("initdb")])]
    engines = {
        f"{STORE}/spark.py": shutil.which("java") and find_spec("pyspark"),
        f"{STORE}/spark_session.py": shutil.which("java") and find_spec("pyspark"),
        f"{STORE}/postgres.py": servers and find_spec("psycopg"),
        "src/commonroom/web/backup/writing.py": servers and find_spec("psycopg"),
        "src/commonroom/web/backup/reading.py": servers and find_spec("psycopg"),
    }
    return [file for file, there in engines.items() if not there]


if __name__ == "__main__" and absent():
    print(f"--omit={','.join(absent())}")
