"""Files that people send: checked by what they hold, kept outside the web root, handed out with care."""

from commonroom.web.files.checking import LIMIT, Checked, check
from commonroom.web.files.keeping import Kept, keep, remove, sweep
from commonroom.web.files.sending import send

__all__ = ["LIMIT", "Checked", "Kept", "check", "keep", "remove", "send", "sweep"]
