"""Documents as they are kept: small, and quick to unpack, for those of one kind are much alike."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

#: Bytes of a dictionary of compression, and from how many documents it is taken.
SIZE, SAMPLES = 8_192, 8
#: How hard to press, and how far back to look (2 to the power of it: as far as the dictionary is long). Twice
#: as far is no smaller, and each of a hundred thousand documents begins with an empty window of this size.
LEVEL, WINDOW = 6, 13


def encode(document: Any) -> str:
    """Return a document as text, the same for the same document."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def sample(texts: Sequence[str]) -> bytes:
    """Return a dictionary of compression for documents like these: pieces of some, evenly spread."""
    step = max(1, len(texts) // SAMPLES)
    chosen = sorted(texts[::step][:SAMPLES], key=len)
    piece = SIZE // max(1, len(chosen))
    return "".join(text[:piece] for text in chosen).encode()[-SIZE:]


def packing(dictionary: bytes) -> Callable[[str], bytes]:
    """Return what compresses the text of documents."""
    # Reading the dictionary takes longer than most documents: it is read once, and copied.
    start = zlib.compressobj(LEVEL, wbits=WINDOW, zdict=dictionary)

    def pack(text: str) -> bytes:
        packer = start.copy()
        return packer.compress(text.encode()) + packer.flush()

    return pack


def unpack(packed: bytes, dictionary: bytes) -> Any:
    """Return the document of a compressed text."""
    return unpack_all([packed], dictionary)[0]


def unpack_all(packed: Iterable[bytes], dictionary: bytes) -> list[Any]:
    """Return the documents of compressed texts, in order; read together, since each is small."""
    texts = [zlib.decompressobj(WINDOW, zdict=dictionary).decompress(one) for one in packed]
    found: list[Any] = json.loads(f"[{b','.join(texts).decode()}]")
    return found
