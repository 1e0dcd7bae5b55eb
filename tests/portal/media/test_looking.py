"""Files are taken for what they hold, whatever they are called."""

from __future__ import annotations

import time
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


def pdf(dictionary: bytes, content: bytes, after: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + dictionary + b"\nstream\n" + content + b"\nendstream\nendobj\n" + after


def test_a_pdf_is_taken_though_packed_bytes_look_like_a_name():
    data = pdf(b"<< /Filter /FlateDecode /Length 9 >>", b"\x01/JS \x02") * 3
    assert looking.document(sent(data, "a.pdf")).data == data


@pytest.mark.parametrize("data", [
    pdf(b"<< /Filter /FlateDecode >>", b"x", b"2 0 obj << /JS (app.alert(1)) >> endobj"),
    pdf(b"<< /Type /ObjStm >>", b"<< /JavaScript (x) >>"),
    b"%PDF-1.7\n% stream\n1 0 obj << /JS (x) >> endobj\n% endstream",
    b"%PDF-1.7\n1 0 obj << /Filter /X >>\nstream\n2 0 obj << /JS (x) >>",
])
def test_a_script_of_a_pdf_is_found_outside_of_packed_streams(data):
    with pytest.raises(Refused):
        looking.document(sent(data, "a.pdf"))


def test_a_pdf_of_nothing_but_streams_takes_no_time():
    started = time.perf_counter()
    looking.document(sent(b"%PDF-1.7 " + b"stream >> " * 200_000, "a.pdf"))
    looking.document(sent(b"%PDF-1.7 " + b"/Filter >>stream" * 100_000, "a.pdf"))
    assert time.perf_counter() - started < 5


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
