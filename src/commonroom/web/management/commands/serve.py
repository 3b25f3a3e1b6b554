"""`serve`: make the site ready, and run its server and a worker until told to stop."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from commonroom.web.management import serving
from commonroom.web.management.serving import MANAGE, Server


class Command(BaseCommand):
    """Serve the site."""

    help = "Make the site ready, and run its server and a worker until told to stop."
    #: The site is checked when it is made ready (`prepare`): it takes as long as all else of a start.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to answer, with how many, and whether a worker is wanted."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--threads", type=int, default=2)
        parser.add_argument("--no-work", action="store_true")

    def handle(
        self, *args: object, host: str, port: int, workers: int, no_work: bool, **words: object
    ) -> None:
        """Serve it, and exit with 1 when the server ended by itself."""
        server = Server(host, port, workers, int(str(words["threads"])))
        serving.check_port(server)
        env = {"COMMONROOM_WITH_PARENT": "1", "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
        # Links in letters, and forms, hold only at the address that the site knows of.
        known = "COMMONROOM_ORIGIN" in os.environ
        if not known and host in ("127.0.0.1", "localhost"):
            known, env["COMMONROOM_ORIGIN"] = True, server.address
        made = subprocess.run([*MANAGE, "prepare"], env={**os.environ, **env}, check=False)  # noqa: S603 - our own
        if made.returncode:
            sys.exit(1)
        commands = {"server": server.command}
        if not no_work:
            commands["worker"] = (*MANAGE, "work", "--with-parent")
        at = env.get("COMMONROOM_ORIGIN", settings.ORIGIN.geturl())

        def ready() -> bool:
            there = serving.answers(server)
            if there:
                self.stdout.write(f"Commonroom is at {at}/. Stop it with Ctrl-C.")
                if not known:
                    self.stdout.write("Others find it only where COMMONROOM_ORIGIN says that it is: set it.")
                if settings.EXAMPLE:
                    self.stdout.write(f"Its people are made up. Sign in as one of them at {at}/example/.")
                self.stdout.flush()
            return there

        sys.exit(serving.run(commands, env=env, ready=ready))
