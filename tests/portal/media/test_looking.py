"""Files are taken for what they hold, whatever they are called."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from portal.media import looking
from registries.messages import Refused


def sent(data: bytes, name: str) -> FileStorage:
    return FileStorage(BytesIO(data), filename=name)


def packed(*members: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("member", "ending"), [("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx")]
)
def test_an_office_document_gets_the_ending_of_what_it_holds(member, ending):
    taken = looking.document(sent(packed("[Content_Types].xml", member), "报表.exe"))
    assert taken.name == f"报表.{ending}"


def test_a_pdf_is_taken():
    assert looking.document(sent(b"%PDF-1.7 plain", "a.pdf")).media_type == "application/pdf"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<script>alert(1)</script>", "a.pdf"),
        (b"MZ program", "a.docx"),
        (packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "macro.docx"),
        (packed("anything.txt"), "a.docx"),
        (b"%PDF-1.7 /JavaScript (app.alert(1))", "a.pdf"),
    ],
)
def test_what_runs_or_is_no_document_is_refused(data, name):
    with pytest.raises(Refused):
        looking.document(sent(data, name))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.pdf"), ('a"\r\nb.pdf', "a_b.pdf"), ("..", "file.pdf"),
        ("通知（1）.pdf", "通知（1）.pdf"),
    ],
)
def test_names_mean_nothing_to_a_shell_or_a_header(name, safe):
    assert looking.safe_name(name, "pdf") == safe
