"""A process that ends with the one that began it: nothing is left running when that one is killed."""

from __future__ import annotations

import os
import signal
import threading
import time


def end_with_parent(every: float = 0.5, *, parent: int = 0) -> None:
    """Send this process SIGTERM as soon as its parent is gone; look as often as said, in seconds.

    Arguments: the number of the `parent` where it could be gone before this is called.
    """
    threading.Thread(target=_watch, args=(parent or os.getppid(), every), daemon=True).start()


def _watch(parent: int, every: float) -> None:
    while os.getppid() == parent:
        time.sleep(every)
    os.kill(os.getpid(), signal.SIGTERM)
