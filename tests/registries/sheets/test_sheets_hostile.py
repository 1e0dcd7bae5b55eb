"""What is no table, broken or built to harm is refused with a sentence, and harms nothing."""

from __future__ import annotations

import dataclasses
import os
import time
import zipfile
from pathlib import Path

import pytest

from registries.sheets import open_table
from registries.sheets.process import ChildSource
from tests.registries.sheets.conftest import SHEET, SHEET_HEAD, SHEET_TAIL, TIGHT, Write, read, refusal

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("图.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
        ("图.csv", b"\xff\xd8\xff\xe0" + bytes(50), "picture"),
        ("文.xlsx", b"%PDF-1.7\n", "PDF"),
        ("包.csv", b"Rar!\x1a\x07", "archive"),
        ("网.xls", "<html><meta charset=gbk><table><tr><td>姓名".encode("gbk"), "web page"),
        ("网.xls", "  <!DOCTYPE HTML PUBLIC>\n<HTML>".encode("utf-16"), "web page"),
        ("表.xls", b'<?xml version="1.0"?><Workbook/>', "XML"),
        ("空.csv", b"", "empty"),
        ("空.csv", b"\xef\xbb\xbf", "empty"),
        ("空.csv", b"\r\n \r\n,,,\r\n", "no filled cells"),
        ("零.csv", bytes(10_000), "cannot be read as text"),
        ("断.xlsx", b"PK\x03\x04" + bytes(100), "damaged"),
        ("旧.xls", OLE + os.urandom(2_000), "holds no spreadsheet"),
        ("旧.xls", OLE + "Workbook".encode("utf-16-le") + bytes(3_000), "damaged"),
        ("文.doc", OLE + "WordDocument".encode("utf-16-le") + bytes(600), "text document"),
        ("密.xlsx", OLE + "EncryptedPackage".encode("utf-16-le") + bytes(600), "password"),
        ("深.json", b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        ("断.geojson", b'{"type":"FeatureCollection","features":[{"a":', "not valid JSON"),
        ("数.json", b"[1, 2]", "no list of records"),
    ],
)
def test_no_table_is_refused_in_plain_words(tmp_path: Path, name: str, content: bytes, said: str):
    path = tmp_path / name
    path.write_bytes(content)
    problem = refusal(path)
    assert said in problem
    assert name in problem


def test_missing_files_and_folders_are_refused(tmp_path: Path):
    assert "no file" in refusal(tmp_path / "没有.csv")
    assert "folder" in refusal(tmp_path)
    assert "cannot be opened" in refusal(Path("/dev/null"))


def test_the_name_that_the_user_knows_is_said(tmp_path: Path):
    path = tmp_path / "upload-17"
    path.write_bytes(b"")
    assert "名单.xlsx" in refusal(path, name="名单.xlsx")


def test_a_truncated_workbook_is_refused(workbook: Write):
    path = workbook([["姓名", "电话"], ["张三", "1"]])
    path.write_bytes(path.read_bytes()[:-200])
    assert "damaged" in refusal(path)


def test_one_cell_far_away_is_named(workbook: Write):
    def write_far(sheet: object) -> None:
        sheet["XFD1048576"] = "x"  # type: ignore[index]

    path = workbook([["姓名", "电话"], ["张三", "1"]], change=write_far)
    assert "XFD1048576" in refusal(path, limits=TIGHT)


def test_a_formatted_but_blank_cell_far_away_does_no_harm(repacked: Write):
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    head = b'<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
    head += b'<row r="2"><c r="A2"><v>1</v></c></row>'
    assert read(repacked(SHEET, SHEET_HEAD + head + far + SHEET_TAIL)).rows == [(1,)]


def test_a_far_cell_that_hides_from_the_search_is_still_refused(repacked: Write):
    rows = b"<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"
    assert "more memory or time" in refusal(repacked(SHEET, SHEET_HEAD + rows + SHEET_TAIL), limits=TIGHT)


def test_a_false_dimension_does_no_harm(repacked: Write):
    false = SHEET_HEAD.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
    assert read(repacked(SHEET, false + row + SHEET_TAIL)).headings == ["name"]


def test_a_zip_bomb_is_refused_before_it_unpacks(repacked: Write):
    bomb = SHEET_HEAD + b" " * 40_000_000 + SHEET_TAIL
    begun = time.monotonic()
    assert "would unpack to" in refusal(repacked(SHEET, bomb))
    assert time.monotonic() - begun < 5


def test_a_workbook_over_the_limit_of_cells_is_refused(workbook: Write):
    limits = dataclasses.replace(TIGHT, cells=100)
    rows = [["姓名", "电话"], *[["张三", "1"]] * 100]
    assert "101 rows, 2 columns" in refusal(workbook(rows), limits=limits)


def test_too_many_parts_are_refused(tmp_path: Path):
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3_000):
            archive.writestr(f"xl/{number}.xml", "")
    assert "3000 parts" in refusal(path)


def test_definitions_in_a_workbook_are_refused(repacked: Write):
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    )
    assert "definitions" in refusal(repacked(SHEET, laughs))


def test_other_packages_are_called_what_they_are(tmp_path: Path):
    for member, said in (("word/document.xml", "text document"), ("名单.csv", "archive")):
        path = tmp_path / "x.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, "x")
        assert said in refusal(path)


def test_a_repeating_ods_is_refused(tmp_path: Path):
    names = "urn:oasis:names:tc:opendocument:xmlns"
    path = tmp_path / "x.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{names}:manifest:1.0"/>')
        archive.writestr(
            "content.xml",
            f'<o:document-content xmlns:o="{names}:office:1.0" xmlns:t="{names}:table:1.0" '
            f'xmlns:x="{names}:text:1.0"><o:body><o:spreadsheet><t:table t:name="a">'
            '<t:table-row t:number-rows-repeated="1048576"><t:table-cell o:value-type="string" '
            't:number-columns-repeated="16384"><x:p>x</x:p></t:table-cell></t:table-row></t:table>'
            "</o:spreadsheet></o:body></o:document-content>",
        )
    assert refusal(path, limits=TIGHT)


def test_a_child_that_is_silent_for_too_long_is_ended(workbook: Write):
    limits = dataclasses.replace(TIGHT, silent_seconds=0.001)
    assert refusal(workbook([["姓名", "电话"], ["张三", "1"]]), limits=limits)


def test_a_child_is_ended_with_its_table(workbook: Write):
    path = workbook([["姓名", "电话"], *[["张三", "1"]] * 30_000])
    with open_table(path) as table:
        source = table._source
        assert isinstance(source, ChildSource)
        next(table.chunks(10))
    assert source._process.returncode is not None


def test_the_child_does_not_see_the_environment(workbook: Write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SANKU_KEYS", "/secret")
    with open_table(workbook([["姓名", "电话"], *[["张三", "1"]] * 30_000])) as table:
        source = table._source
        assert isinstance(source, ChildSource)
        environment = Path(f"/proc/{source._process.pid}/environ").read_bytes()
    assert b"SANKU_KEYS" not in environment
