"""What may be sent: told by what a file holds; bombs, macros, programs and other names are refused."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from commonroom.errors import SaidToPeople
from commonroom.web.files import LIMIT, check, office, pictures

CONTENT_TYPES = b'<?xml version="1.0"?><Types/>'
DOCX = {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": b"<w/>"}
XLSX = {"[Content_Types].xml": CONTENT_TYPES, "xl/workbook.xml": b"<x/>"}
PPTX = {"[Content_Types].xml": CONTENT_TYPES, "ppt/presentation.xml": b"<p/>"}
ODT = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<o/>"}
ODS = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<o/>"}


def pack(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + b"\0\0\0\0"


def jpeg(width: int, height: int) -> bytes:
    filler = b"\xff\xe0" + struct.pack(">H", 4) + b"ab"
    frame = b"\xff\xff\xc0" + struct.pack(">HBHH", 11, 8, height, width)
    return b"\xff\xd8" + filler + b"\xff\x01" + frame


def webp(kind: bytes, body: bytes) -> bytes:
    return (b"RIFF" + struct.pack("<I", 40) + b"WEBP" + kind + struct.pack("<I", 20) + body).ljust(40, b"\0")


WEBP_LOSSY = webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 30, 20))
WEBP_LOSSLESS = webp(b"VP8L", b"\x2f" + struct.pack("<I", 29 | 19 << 14))
WEBP_EXTENDED = webp(b"VP8X", b"\0\0\0\0" + (29).to_bytes(3, "little") + (19).to_bytes(3, "little"))


def look(name: str, content: bytes):
    return check(io.BytesIO(content), name=name, size=len(content))


CHART = pack({**DOCX, "word/embeddings/table.xlsx": pack(XLSX)})


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("plan.pdf", b"%PDF-1.7\n", "application/pdf"),
        ("notes.txt", "Nodiadau: tŷ, môr".encode(), "text/plain; charset=utf-8"),
        ("old.txt", b"caf\xe9", "text/plain; charset=utf-8"),
        ("wide.txt", "wide".encode("utf-16"), "text/plain; charset=utf-8"),
        ("long.csv", b"a,b\n" * 40_000, "text/csv; charset=utf-8"),
        ("a.docx", pack(DOCX), office.FORMS["docx"].media_type),
        ("a.xlsx", pack(XLSX), office.FORMS["xlsx"].media_type),
        ("a.pptx", pack(PPTX), office.FORMS["pptx"].media_type),
        ("a.odt", pack(ODT), office.FORMS["odt"].media_type),
        ("a.ods", pack(ODS), office.FORMS["ods"].media_type),
        (
            "chart.docx",
            pack({**DOCX, "word/embeddings/table.xlsx": pack(XLSX)}),
            office.FORMS["docx"].media_type,
        ),
        ("a.png", png(30, 20), "image/png"),
        ("a.JPG", jpeg(30, 20), "image/jpeg"),
        ("a.jpeg", jpeg(30, 20), "image/jpeg"),
        ("a.webp", WEBP_LOSSY, "image/webp"),
        ("b.webp", WEBP_LOSSLESS, "image/webp"),
        ("c.webp", WEBP_EXTENDED, "image/webp"),
    ],
)
def test_what_people_work_with_is_taken(name, content, media_type):
    assert look(name, content).media_type == media_type


NESTED = pack({**DOCX, "word/embeddings/a.docx": pack({**DOCX, "word/embeddings/b.xlsx": pack(XLSX)})})
PROGRAM = pack({**DOCX, "word/media/image1.png": b"MZ\x90"})
PACKAGE = pack({**DOCX, "word/embeddings/o.bin": b"x" * 300_000 + "Ole10Native".encode("utf-16-le")})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "empty"),
        ("page.html", b"<html>", "kind"),
        ("picture.svg", b"<svg/>", "kind"),
        ("program.exe", b"MZ", "kind"),
        ("none", b"text", "kind"),
        ("letter.docm", pack(DOCX), "macros"),
        ("table.xlsm", pack(XLSX), "macros"),
        ("letter.doc", b"\xd0\xcf\x11\xe0", "old kind"),
        ("page.txt", b"  <!DOCTYPE html><script>", "name says"),
        ("picture.csv", b"<svg onload=alert(1)>", "name says"),
        ("program.txt", b"MZ\x00\x01", "name says"),
        ("program.pdf", b"MZ\x00\x01", "name says"),
        ("page.png", b"<html>", "name says"),
        ("short.png", b"\x89PNG\r\n\x1a\n", "name says"),
        ("nothing.png", png(0, 20), "name says"),
        ("other.jpg", b"GIF89a", "name says"),
        ("short.jpg", b"\xff\xd8\xff", "name says"),
        ("odd.jpg", b"\xff\xd8ab", "name says"),
        ("short.webp", b"RIFF", "name says"),
        ("odd.webp", webp(b"ABCD", b""), "name says"),
        ("wall.png", png(60_000, 60_000), "dots"),
        ("line.jpg", jpeg(30_000, 2), "dots"),
        ("pdf.docx", b"%PDF-1.7", "name says"),
        ("table.docx", pack(XLSX), "name says"),
        ("zip.odt", pack({"a.txt": b"a"}), "name says"),
        ("sheet.odt", pack(ODS), "name says"),
        ("up.docx", pack({**DOCX, "../../etc/passwd": b"x"}), "name says"),
        ("root.docx", pack({**DOCX, "/etc/passwd": b"x"}), "name says"),
        ("macro.docx", pack({**DOCX, "word/vbaProject.bin": b"x"}), "macros"),
        ("sheet.xlsx", pack({**XLSX, "xl/macrosheets/sheet1.xml": b"x"}), "macros"),
        ("basic.odt", pack({**ODT, "Basic/Standard/script.xml": b"x"}), "macros"),
        (
            "type.docx",
            pack({**DOCX, "[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}),
            "macros",
        ),
        ("zip.docx", pack({**DOCX, "word/media/more.zip": pack({"a": b"a"})}), "another file"),
        ("hidden.docx", pack({**DOCX, "word/media/image1.png": pack({"a": b"a"})}), "another file"),
        ("program.docx", PROGRAM, "another file"),
        ("package.docx", PACKAGE, "another file"),
        ("deep.docx", NESTED, "another file"),
        ("zeros.docx", pack({**DOCX, "word/media/a.xml": b"\0" * 9_000_000}), "unpacks"),
        ("many.docx", pack({**DOCX, **{f"word/{n}.xml": b"" for n in range(4001)}}), "unpacks"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(name, content, said):
    with pytest.raises(SaidToPeople, match=said) as refused:
        look(name, content)
    assert refused.value.where
    assert refused.value.remedy


def test_a_file_larger_than_the_limit_is_refused():
    with pytest.raises(SaidToPeople, match="larger than 10 MB"):
        check(io.BytesIO(b"x"), name="a.txt", size=LIMIT + 1)


def test_a_document_that_unpacks_beyond_what_is_allowed_in_all_is_refused(monkeypatch):
    monkeypatch.setattr(office, "UNPACKED", 1000)
    with pytest.raises(SaidToPeople, match="unpacks"):
        look("a.docx", pack({**DOCX, "word/a.xml": b"ab" * 300, "word/b.xml": b"cd" * 300}))


def test_a_part_that_lies_about_its_size_is_refused():
    content = pack({**DOCX, "word/media/a.txt": b"0123456789" * 100})
    place = content.rindex(b"PK\x01\x02")
    lying = content[: place + 24] + struct.pack("<I", 10) + content[place + 28 :]
    with pytest.raises(SaidToPeople, match="name says"):
        look("a.docx", lying)


def test_a_document_with_a_password_or_damage_is_refused():
    content = bytearray(pack(DOCX))
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    with pytest.raises(SaidToPeople, match="name says"):
        look("locked.docx", bytes(content))
    torn = bytearray(pack({**DOCX, "word/a.xml": bytes(range(256)) * 20}))
    torn[torn.index(b"word/a.xml") + 20] ^= 0xFF
    with pytest.raises(SaidToPeople, match="name says"):
        look("torn.docx", bytes(torn))


def test_the_file_is_at_its_beginning_afterwards():
    file = io.BytesIO(png(pictures.SIDE, 10))
    check(file, name="a.png", size=33)
    assert file.tell() == 0
    assert zlib.crc32(file.read()) == zlib.crc32(png(pictures.SIDE, 10))
