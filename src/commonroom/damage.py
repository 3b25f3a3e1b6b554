"""What reading a damaged workbook may end in."""

from __future__ import annotations

import zipfile
import zlib
from xml.etree.ElementTree import ParseError

#: The last two are no slips of ours: openpyxl asks parts that are not there for attributes, and zipfile says
#: NotImplementedError of a compression that it does not know.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, LookupError, ValueError, TypeError,
    AttributeError, NotImplementedError,
)  # fmt: skip
