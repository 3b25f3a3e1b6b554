"""Everything that people wrote, in one file: consistent while the site runs, and for either database.

A backup is a ZIP file: `rows/TABLE.jsonl` has one row a line, in the order of its key, with values that mean
the same to SQLite and PostgreSQL; `files/...` are the files that rows name, and `folders/...` those of plans;
`manifest.json`, written last, has the SHA-256 and the count of each. Rows are read in one snapshot, and files
after it: a file never changes under its name, so that what the rows name is as it was. Left out is what a
site makes anew: sessions (nobody is signed in by a backup), counts of wrong passwords, heartbeats. The secret
of the site is not in it.
"""

from commonroom.web.backup.reading import restore
from commonroom.web.backup.writing import write

__all__ = ["restore", "write"]
