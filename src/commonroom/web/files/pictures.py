"""Pictures: their type and size are read from their first bytes, without opening them."""

from __future__ import annotations

import struct
from typing import BinaryIO

from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.files.texts import other

#: Dots of a picture in all, and along one side: a small file can say that it is a wall.
DOTS, SIDE = 50_000_000, 20_000
_PNG = b"\x89PNG\r\n\x1a\n"
#: Markers of a JPEG that hold its size.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Markers of a JPEG that stand alone.
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def check(file: BinaryIO, name: str) -> None:
    """Refuse what is no picture of the type of its name, and pictures with too many dots."""
    extension = name.rpartition(".")[2]
    read = {"png": _png, "webp": _webp}.get(extension, _jpeg)
    try:
        size = read(file)
    except struct.error:
        size = None
    if size is None:
        raise other(name)
    width, height = size
    if not width or not height:
        raise other(name)
    if width > SIDE or height > SIDE or width * height > DOTS:
        raise SaidToPeople(
            _("This picture has too many dots: %(width)d by %(height)d.")
            % {"width": width, "height": height},
            where=name,
            remedy=_("Make it smaller, and send it again."),
        )


def _png(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(24)
    if not head.startswith(_PNG) or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _jpeg(file: BinaryIO) -> tuple[int, int] | None:
    if file.read(2) != b"\xff\xd8":
        return None
    while True:
        mark, kind = struct.unpack(">BB", file.read(2))
        if mark != 0xFF:
            return None
        if kind == 0xFF:
            file.seek(-1, 1)
        elif kind in _FRAMES:
            _length, _precision, height, width = struct.unpack(">HBHH", file.read(7))
            return width, height
        elif kind not in _ALONE:
            (length,) = struct.unpack(">H", file.read(2))
            file.seek(max(length - 2, 0), 1)


def _webp(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(30)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L" and head[20:21] == b"\x2f":
        (bits,) = struct.unpack("<I", head[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None
