"""Still pictures, drawn by a process that does nothing else.

What draws holds up every other thread of its process, for a fifth of a second with each picture and for two
with the first. So the server begins an artist beside the processes that answer (management/artist.py), who
draws for all of them; where there is none, or it does not answer, whoever asks draws.
"""

from __future__ import annotations

import time
from multiprocessing.connection import Client
from pathlib import Path

from commonroom import settings

#: Seconds after which whoever asks draws, and for how long nobody is then asked again.
PATIENCE, LATER = 5.0, 60.0
_asked_again_at = 0.0


def place() -> str:
    """Return where the artist is asked: a socket in the work folder, that only its owner can open."""
    return str(Path(settings.WORK.value).absolute() / "artist")


def still(specification: str) -> str:
    """Return the still picture of a Vega-Lite specification, as SVG."""
    drawn = _ask(specification) if time.monotonic() >= _asked_again_at else ""
    if drawn:
        return drawn
    from commonroom import charts

    return charts.still(specification)


def _ask(specification: str) -> str:
    """What the artist drew; nothing where there is none, or it is silent, or cannot draw this."""
    global _asked_again_at
    try:
        with Client(place(), family="AF_UNIX") as artist:
            artist.send_bytes(specification.encode())
            if artist.poll(PATIENCE):
                return artist.recv_bytes().decode()
    except (OSError, EOFError):
        return ""
    _asked_again_at = time.monotonic() + LATER
    return ""
