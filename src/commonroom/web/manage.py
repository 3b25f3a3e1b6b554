"""Run a command of the site: `python -m commonroom.web.manage COMMAND`."""

import os
import sys
from typing import NoReturn

from commonroom.errors import SaidToPeople


def main(arguments: list[str] | None = None) -> None:
    """Run the command that `arguments` name, those of the program when left out."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonroom.web.settings")
    try:
        _run(["commonroom", *(sys.argv[1:] if arguments is None else arguments)])
    except SaidToPeople as error:
        _stop(str(error))
    except OSError as error:
        # Without a file's name it is no problem that a person can mend: let it show where it is from.
        if error.filename is None:
            raise
        _stop(f"{error.filename}: {error.strerror}.")


def _run(words: list[str]) -> None:
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError

    try:
        execute_from_command_line(words)
    except (InterfaceError, OperationalError) as error:
        reason = " ".join(str(error).split())
        _stop(f"the database cannot be used ({reason}). See that it runs, and what DATABASE_URL says.")


def _stop(said: str) -> NoReturn:
    print(f"commonroom: {said}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
