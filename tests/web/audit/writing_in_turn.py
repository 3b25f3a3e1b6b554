"""A process whose threads write into a file without a rest: `python writing_in_turn.py FILE THREADS TIMES`.

It waits for a line on its standard input, and prints how many others' changes came between somebody's wish to
write and their change, at most.
"""

from __future__ import annotations

import sqlite3
import sys
import threading

from commonroom.web import writers


def write(file: str, times: int, overtaken: list[int]) -> None:
    connection = sqlite3.connect(file, timeout=60, isolation_level=None, factory=writers.Connection)
    cursor = connection.cursor()
    for _ in range(times):
        last = cursor.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()[0]
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO change DEFAULT VALUES")
        overtaken.append(cursor.lastrowid - last - 1)
        for _ in range(20):
            cursor.execute("INSERT INTO line DEFAULT VALUES")
        connection.commit()
    connection.close()


def main(file: str, threads: int, times: int) -> None:
    overtaken: list[int] = []
    going = [threading.Thread(target=write, args=(file, times, overtaken)) for _ in range(threads)]
    sys.stdin.readline()
    for thread in going:
        thread.start()
    for thread in going:
        thread.join()
    print(max(overtaken))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
