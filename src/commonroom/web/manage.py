"""Run a command of the site: `python -m commonroom.web.manage COMMAND`."""

import os
import sys


def main(arguments: list[str] | None = None) -> None:
    """Run the command that `arguments` name, those of the program when left out."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonroom.web.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["commonroom", *(sys.argv[1:] if arguments is None else arguments)])


if __name__ == "__main__":
    main()
