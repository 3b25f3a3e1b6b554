"""Names of files are safe to show and to save under."""

from __future__ import annotations

import pytest

from commonroom.web.files.naming import LENGTH, clean


@pytest.mark.parametrize(
    ("name", "cleaned", "extension"),
    [
        ("Plan.PDF", "Plan.pdf", "pdf"),
        ("../../etc/passwd.txt", "passwd.txt", "txt"),
        ("C:\\Users\\me\\plan.pdf", "plan.pdf", "pdf"),
        ("fdp\u202egpj.pdf", "fdpgpj.pdf", "pdf"),
        ("a\u200b\x00\r\nb.txt", "ab.txt", "txt"),
        ("cynllun tŷ.txt", "cynllun tŷ.txt", "txt"),
        ("e\u0301.txt", "é.txt", "txt"),
        ('a<b>:"|?*.txt', "a-b------.txt", "txt"),
        ("CON.txt", "file CON.txt", "txt"),
        ("con.tar.txt", "file con.tar.txt", "txt"),
        (".txt", "file.txt", "txt"),
        ("  . .txt", "file.txt", "txt"),
        ("noextension", "noextension", ""),
        ("", "file", ""),
        ("report.pdf.exe", "report.pdf.exe", "exe"),
    ],
)
def test_a_name_is_cleaned(name, cleaned, extension):
    assert clean(name) == (cleaned, extension)


def test_a_long_name_is_cut_and_keeps_its_extension():
    cleaned, extension = clean("x" * 500 + ".docx")
    assert len(cleaned) == LENGTH + len(".docx")
    assert extension == "docx"
