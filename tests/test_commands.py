"""The command line as people and scripts use it: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

import app
from portal import commands
from portal.settings import Settings
from portal.system import System
from registries.crypto import Keys
from registries.db import DATABASES
from tests import factories

FIRMS = [
    ["单位名称", "统一社会信用代码", "单位类型", "地址", "网格编码", "联系电话", "从业人数"],
    ["临河测试商店", "92000101MA8WXJ010L", "个体工商户", "临河街1号", "000101001001001", "0416-3880001", "3"],
    ["望海测试加油站", "", "企业", "望海路2号", "000101002002001", "", "12"],
    ["临河无门牌小摊", "", "", "", "", "", ""],
]


class Shell:
    """Runs commands in one data folder and keeps what they said."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder, self.environ = folder, environ

    def __call__(self, *words: object, code: int = 0, stdin: str | None = None) -> str:
        system = System(Settings.from_environment(self.environ), app.catalogue())
        runner = CliRunner()
        result = runner.invoke(commands.build(system), [str(word) for word in words], input=stdin)
        said = result.stdout
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            said += "\n".join(str(problem) for problem in commands.told(result.exception))
            result.exit_code = 1
        if "database" in vars(system):
            system.database.engine.dispose()
        assert result.exit_code == code, said + result.stderr
        return said + (result.stderr if code == 2 else "")

    def json(self, *words: object, code: int = 0) -> dict:
        return json.loads(self(*words, "--json", code=code))

    def file(self, name: str, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
        path = self.folder / name
        with path.open("w", encoding=encoding, newline="") as out:
            csv.writer(out, delimiter=delimiter).writerows(rows)
        return path


@pytest.fixture
def shell(tmp_path: Path, sqlite_template: Path, ring) -> Shell:
    """A shell beside databases that are as ``sanku init`` leaves them."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    for name in DATABASES:
        shutil.copy(sqlite_template / f"{name}.sqlite3", data)
    keys = tmp_path / "keys.json"
    keys.touch(mode=0o600)
    keys.write_text(json.dumps(ring.as_json()))
    return Shell(tmp_path, environment(data, keys))


def environment(data: Path, keys: Path) -> dict[str, str]:
    return {
        "SANKU_DATA": str(data), "SANKU_KEYS": str(keys), "SANKU_LANGUAGE": "en", "SANKU_SYNCHRONOUS": "OFF",
    }  # fmt: skip


def sound(shell: Shell) -> bool:
    """Whether a check finds no error, with the disks used as they should be."""
    environ = {name: value for name, value in shell.environ.items() if name != "SANKU_SYNCHRONOUS"}
    findings = Shell(shell.folder, environ).json("check")["findings"]
    return all(finding["severity"] != "error" for finding in findings)


@pytest.fixture
def firms(shell: Shell) -> Path:
    return shell.file("firms.csv", FIRMS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A small demo district; tests of this module only read it."""
    folder = tmp_path_factory.mktemp("demo")
    made = Shell(folder, environment(folder / "data", folder / "keys.json"))
    made("demo", "--residents", 300, "--organisations", 60, "--facilities", 120)
    return made


# Beginning


def test_init_makes_keys_and_databases_for_the_owner_only_and_may_be_repeated(tmp_path):
    shell = Shell(tmp_path, environment(tmp_path / "data", tmp_path / "keys.json"))
    assert "Ready" in shell("init")
    keys = (tmp_path / "keys.json").read_bytes()
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
    assert all((tmp_path / "data" / f"{name}.sqlite3").stat().st_mode & 0o077 == 0 for name in DATABASES)
    areas = shell.file("areas.csv", [
        ["code", "kind", "name_zh", "parent_code"],
        ["000101", "district", "安澜区", ""],
        ["000101001", "street", "临河街道", "000101"],
    ])  # fmt: skip
    assert "2 areas" in shell("init", "--areas", areas)
    assert "0 areas" in shell("init", "--areas", areas)
    assert (tmp_path / "keys.json").read_bytes() == keys
    assert sound(shell)


def test_init_does_not_make_new_keys_for_databases_that_have_some(shell):
    (shell.folder / "keys.json").rename(shell.folder / "away.json")
    assert "key file" in shell("init", code=1)
    assert not (shell.folder / "keys.json").exists()


@pytest.mark.parametrize("words", [["search", "x"], ["imports"], ["check"], ["upgrade"], ["worker", "--once"]])
def test_without_databases_every_command_says_to_run_init(tmp_path, words):
    shell = Shell(tmp_path, environment(tmp_path / "data", tmp_path / "keys.json"))
    assert "sanku init" in shell(*words, code=1)


def test_an_unknown_kind_is_wrong_usage_and_the_known_ones_are_listed(shell, firms):
    said = shell("import", "shop", firms, code=2)
    assert all(kind in said for kind in ("resident", "organisation", "facility", "place"))


def test_a_setting_that_does_not_exist_stops_the_command(tmp_path):
    environ = {**os.environ, "SANKU_DATBASE_URL": "x", "SANKU_LANGUAGE": "en"}
    done = subprocess.run(
        [sys.executable, "-c", "import app; app.main()", "imports"], env=environ, cwd=Path(app.__file__).parent,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "SANKU_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


# Import


def test_an_import_counts_every_row_once(shell, firms):
    answer = shell.json("import", "organisation", firms)
    parts = ("new", "changed", "same", "duplicates", "transfer", "errors")
    assert answer["rows"] == sum(answer[name] for name in parts) == answer["new"] == 3
    assert answer["incomplete"] == 1
    assert set(answer) == {"batch", "rows", *parts, "warnings", "incomplete", "probable", "seconds"}


def test_a_second_import_adds_nothing(shell, firms):
    shell("import", "organisation", firms)
    assert shell.json("import", "organisation", firms)["same"] == 3


def test_check_writes_nothing(shell, firms):
    assert "Nothing was written" in shell("import", "organisation", firms, "--check")
    assert shell.json("import", "organisation", firms, "--check")["batch"] is None
    assert shell.json("import", "organisation", firms)["new"] == 3
    assert shell("imports").count("firms.csv") == 1


def test_strict_writes_nothing_if_a_row_fails_and_otherwise_the_good_rows_go_in(shell):
    path = shell.file("firms.csv", [*FIRMS, ["坏代码商店", "92000101MA0000010X", "", "", "", "", ""]])
    shell("import", "organisation", path, "--strict", code=1)
    assert shell.json("import", "organisation", path, "--check", code=1)["new"] == 3
    assert shell.json("import", "organisation", path, code=1)["errors"] == 1
    assert shell.json("search", "测试加油站")["total"] == 1


def test_a_failed_row_is_told_with_row_column_reason_and_remedy(shell):
    path = shell.file("firms.csv", [*FIRMS, ["坏人数商店", "", "", "", "", "", "很多"]])
    said = shell("import", "organisation", path, code=1)
    assert "Row 5 column G (从业人数)" in said
    assert "很多" in said


def test_the_error_workbook_goes_in_when_it_is_mended(shell):
    path = shell.file("firms.csv", [*FIRMS, ["坏人数商店", "", "", "", "", "", "很多"]])
    out = shell.folder / "wrong.xlsx"
    shell("import", "organisation", path, "--errors", out, code=1)
    book = openpyxl.load_workbook(out)
    sheet = book.active
    assert sheet.max_row == 2
    assert sheet["A2"].value == "坏人数商店"
    sheet["G2"] = "4"
    book.save(out)
    assert shell.json("import", "organisation", out)["new"] == 1


def test_blank_cells_keep_what_is_stored_unless_told_to_clear(shell, firms):
    shell("import", "organisation", firms)
    emptied = [FIRMS[0], [*FIRMS[1][:6], ""]]
    path = shell.file("emptied.csv", emptied)
    assert shell.json("import", "organisation", path)["same"] == 1
    assert shell.json("import", "organisation", path, "--blank", "clear")["changed"] == 1


def test_a_mapping_file_names_columns_and_values_and_is_remembered_for_its_source(shell):
    path = shell.file("bins.csv", [["X", "Y", "路"], ["121.2", "41.1", "临河街口"]])
    told = shell.folder / "map.json"
    told.write_text(json.dumps({
        "columns": {"X": "longitude", "Y": "latitude", "路": "location"}, "constants": {"subclass": "0305"},
    }))  # fmt: skip
    assert "小类" in shell("import", "facility", path, code=1)
    assert shell.json("import", "facility", path, "--mapping", told, "--source", "bins", "--check")["new"] == 1
    assert "小类" in shell("import", "facility", path, "--source", "bins", code=1)
    assert shell.json("import", "facility", path, "--mapping", told, "--source", "bins", "--set", "note=一")["new"] == 1
    path = shell.file("bins2.csv", [["X", "Y", "路"], ["121.3", "41.2", "临河街尾"]])
    assert shell.json("import", "facility", path, "--source", "bins")["new"] == 1
    found = shell.json("search", "临河街尾", "--kind", "facility")
    assert found["facets"]["subclass"] == {"0305": 1}
    listed = shell.folder / "bins.json.csv"
    shell("export", "facility", listed)
    assert listed.read_text(encoding="utf-8-sig").count(",一") == 1


def test_the_failed_rows_of_people_are_told_without_their_numbers(shell):
    number, phone = factories.id_number(1), "139 0000 2O01"
    wrong, lost = number[:-1] + ("0" if number[-1] != "0" else "1"), number[:9] + "\ufffd" + number[10:]
    path = shell.file("people.csv", [
        ["姓名", "身份证号", "联系电话", "特殊人群", "ID"],
        ["张三", wrong, phone, "", wrong], ["李四", lost, phone, "", "1.10101199001011E+17"],
        ["王五", "", phone, "精神分裂症三级", number],
    ])  # fmt: skip
    for words in (("--check",), ("--json",), ("--errors", shell.folder / "failed.xlsx")):
        said = shell("import", "resident", path, *words, code=1)
        assert [secret for secret in (wrong, lost, number, phone, "1.10101199001011", "分裂") if secret in said] == []


def test_a_value_for_all_rows_needs_no_mapping_file(shell):
    path = shell.file("bins.csv", [["位置描述"], ["临河街口"]])
    assert "小类" in shell("import", "facility", path, code=1)
    assert shell.json("import", "facility", path, "--set", "subclass=0305")["new"] == 1


def test_rows_without_an_area_go_where_the_option_says(shell):
    path = shell.file("firms.csv", [["单位名称"], ["无网格商店"]])
    shell("import", "organisation", path, "--area", "000101002")
    inside = shell.folder / "inside.csv"
    shell("export", "organisation", inside, "--area", "000101002")
    assert "无网格商店" in inside.read_text(encoding="utf-8-sig")
    assert "000199" in shell("import", "organisation", path, "--area", "000199", code=1)


def test_as_of_is_the_day_since_which_people_live_there(shell):
    path = shell.file(
        "people.csv", [["姓名", "性别", "出生日期", "现住址"], ["示例甲", "男", "1980-01-02", "临河街1号"]]
    )
    shell("import", "resident", path, "--as-of", "2024-05-06")
    out = shell.folder / "people.csv"
    shell("export", "resident", out, "--reveal", "--reason", "test")
    assert "2024-05-06" in out.read_text(encoding="utf-8-sig")
    shell("import", "resident", path, "--as-of", "6.5.2024", code=2)


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("cp950", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8-sig", ";")]
)
def test_files_of_other_offices_are_read_in_their_encoding(shell, encoding, delimiter):
    rows = [["單位名稱", "地址", "設立日期"], *(
        [f"臺北測試商行{number}", f"臺北市中正區測試路{number}號", "112年05月01日"] for number in range(1, 30)
    )]  # fmt: skip
    if encoding == "gb18030":
        rows = [["单位名称", "地址", "成立日期"], *(
            [f"锦州测试商行{number}", f"锦州市古塔区测试路{number}号", "2023年5月1日"] for number in range(1, 30)
        )]  # fmt: skip
    path = shell.file("office.csv", rows, encoding, delimiter)
    assert shell.json("import", "organisation", path)["new"] == 29
    out = shell.folder / "out.csv"
    shell("export", "organisation", out)
    text = out.read_text(encoding="utf-8-sig")
    assert rows[1][0] in text
    assert "2023-05-01" in text


def test_titles_above_and_totals_below_a_table_are_left_out(shell):
    path = shell.file("messy.csv", [
        ["附件1：临河街道重点单位台账", "", ""], ["填报日期：2026年3月", "", ""],
        ["单位名称（必填）", "从业\n人数", "地 址"], ["临河一店", "３", "临河街1号"], ["临河二店", "4", "临河街2号"],
        ["合计", "7", ""], ["填表人：示例", "", ""],
    ])  # fmt: skip
    assert shell.json("import", "organisation", path)["new"] == 2


def test_geojson_points_become_facilities(shell):
    path = shell.folder / "points.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [121.2, 41.1]},
         "properties": {"name": f"临河消火栓{number}", "是否停用": "False"}} for number in (1, 2)
    ]}))  # fmt: skip
    assert shell.json("import", "facility", path)["new"] == 2


def test_a_row_with_too_many_cells_is_refused(shell):
    path = shell.file("firms.csv", [["单位名称", "地址"], ["甲店", "临河街1号"], ["乙店", "临河街2号"]])
    path.write_text(path.read_text() + "丙店,临河街3号,2楼\n")
    said = shell("import", "organisation", path, code=1)
    assert "more cells" in said


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n0000", b"PK\x03\x04broken", b"%PDF-1.7"])
def test_what_is_no_table_is_refused_with_one_sentence(shell, content):
    path = shell.folder / "table.xlsx"
    path.write_bytes(content)
    said = shell("import", "organisation", path, code=1)
    assert "table.xlsx" in said
    assert "Something went wrong" not in said


def test_a_file_that_is_not_there_is_refused(shell):
    assert "nowhere.csv" in shell("import", "organisation", shell.folder / "nowhere.csv", code=1)


# Undo, edit, export, template


def test_undo_takes_an_import_back_and_shows_what_was_edited_since(shell, firms):
    batch = shell.json("import", "organisation", firms)["batch"]
    record = shell.json("search", "望海测试加油站")["hits"][0]["id"]
    shell("edit", "organisation", record, "employees=13")
    undone = shell.json("undo", batch, code=1)
    assert undone["restored"] == 2
    assert undone["conflicts"] == [{"kind": "organisation", "id": record}]
    names = [hit["title"] for hit in shell.json("search", "测试")["hits"]]
    assert names == ["望海测试加油站"]
    assert "cannot be undone" in shell("undo", batch, code=1)


def test_an_edit_is_checked_logged_and_found(shell, firms):
    shell("import", "organisation", firms)
    record = shell.json("search", "望海测试加油站")["hits"][0]["id"]
    assert "version 2" in shell("edit", "organisation", record, "name=望海改名加油站")
    assert "version 2" in shell("edit", "organisation", record, "name=望海改名加油站")
    assert shell.json("search", "改名加油站")["hits"][0]["id"] == record
    assert "很多" in shell("edit", "organisation", record, "employees=很多", code=1)
    assert "employees" in shell("edit", "organisation", record, "colour=red", code=2)
    shell("edit", "organisation", record, "employees", code=2)
    nobody = "0191e7a0-0000-7000-8000-000000000000"
    assert nobody in shell("edit", "organisation", nobody, "employees=1", code=1)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["resident", "household", "dwelling", "organisation", "facility", "place"])
def test_an_export_comes_back_in_without_a_change(demo, tmp_path, kind, suffix):
    out = tmp_path / f"out.{suffix}"
    demo("export", kind, out)
    answer = demo.json("import", kind, out, "--check")
    assert answer["same"] == answer["rows"] > 0


def test_an_export_masks_what_is_personal_unless_it_has_a_reason(demo, tmp_path):
    out = tmp_path / "out.csv"
    demo("export", "resident", out)
    masked = out.read_text(encoding="utf-8-sig")
    assert "000***********" in masked
    assert "reason" in demo("export", "resident", out, "--reveal", code=1)
    demo("export", "resident", out, "--reveal", "--reason", "test")
    assert "***" not in out.read_text(encoding="utf-8-sig")
    demo("export", "resident", tmp_path / "out.pdf", code=2)


def test_a_template_has_headings_choices_and_no_row(shell):
    out = shell.folder / "empty.xlsx"
    shell("template", "organisation", out)
    assert "Organisation name" in [cell.value for cell in openpyxl.load_workbook(out).active[1]]
    answer = shell.json("import", "organisation", out)
    assert answer["new"] == 0


# Search and users


def test_people_are_found_by_name_pinyin_initials_number_phone_household_and_address(demo, tmp_path):
    out = tmp_path / "people.csv"
    demo("export", "resident", out, "--reveal", "--reason", "test", "--language", "zh")
    with out.open(encoding="utf-8-sig") as file:
        people = list(csv.DictReader(file))
    one = next(row for row in people if row["公民身份号码"] and row["联系电话"] and len(row["姓名"]) == 3)
    words = [one["姓名"], one["姓名"][1:], one["公民身份号码"], one["联系电话"], one["户号"], one["现住址"]]
    for word in words:
        found = demo.json("search", word, "--kind", "resident", "--limit", 300)
        assert one["记录号"] in [hit["id"] for hit in found["hits"]], word
    both = demo.json("search", f"{one['姓名']} {one['现住址'][-8:]}", "--kind", "resident")
    assert both["hits"][0]["id"] == one["记录号"]
    assert demo.json("search", "绝无此人", "--kind", "resident")["total"] == 0


def test_the_public_finds_public_facilities_and_nobody(demo):
    assert demo.json("search", "避难", "--public")["total"] > 0
    assert {hit["kind"] for hit in demo.json("search", "安澜", "--public")["hits"]} <= {
        "facility", "news", "notice", "page", "project",
    }
    assert demo.json("search", "王", "--public", "--kind", "resident")["total"] == 0
    demo("search", "王", "--public", "--as", "clerk", code=2)


def test_a_user_finds_only_what_lies_in_the_own_area(demo):
    everywhere = demo.json("search", "安澜", "--kind", "organisation")["total"]
    inside = demo.json("search", "安澜", "--kind", "organisation", "--as", "clerk")["total"]
    assert 0 < inside < everywhere
    assert demo.json("search", "安澜", "--kind", "organisation", "--as", "auditor")["total"] == 0
    assert "nobody" in demo("search", "安澜", "--as", "nobody", code=1)


def test_a_search_shows_facets_and_titles(demo):
    said = demo("search", "居民委员会")
    assert "Organisation" in said
    assert "found." in said


def test_a_user_is_made_with_a_password_from_standard_input(shell, firms):
    words = ("user", "create", "lin", "--role", "clerk", "--area", "000101001")
    assert "too short" in shell(*words, stdin="short\n", code=1)
    shell(*words, stdin="a long password\n")
    assert "lin" in shell(*words, stdin="a long password\n", code=1)
    shell("user", "create", "x", "--role", "king", "--area", "000101", stdin="a long password\n", code=2)
    answer = shell.json("import", "organisation", firms, "--as", "lin", code=1)
    assert (answer["new"], answer["errors"]) == (1, 2) or answer["errors"] >= 1
    assert shell("undo", answer["batch"], "--as", "lin")


# Demo and upkeep


def test_the_demo_passes_every_check_and_is_loaded_once(demo):
    assert sound(demo)
    assert "already" in demo("demo")


def test_the_demo_is_for_empty_databases(shell, firms):
    shell("import", "organisation", firms)
    assert "records already" in shell("demo", code=1)


def test_a_demo_that_was_killed_is_brought_to_its_end(tmp_path):
    data, keys = tmp_path / "data", tmp_path / "keys.json"
    shell = Shell(tmp_path, environment(data, keys))
    sizes = ("--residents", "1500", "--organisations", "40", "--facilities", "80")
    child = subprocess.Popen(
        [sys.executable, "-c", "import app; app.main()", "demo", *sizes], cwd=Path(app.__file__).parent,
        env={**os.environ, **shell.environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    population = data / "population.sqlite3-wal"
    deadline = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < deadline:
        if population.exists() and population.stat().st_size > 1_000_000:
            child.send_signal(signal.SIGKILL)
            break
        time.sleep(0.02)
    child.wait()
    said = shell("demo", *sizes)
    assert "loaded" in said or child.returncode == 0
    exported = tmp_path / "people.csv"
    shell("export", "resident", exported)
    assert len(exported.read_text(encoding="utf-8-sig").splitlines()) == 1501


def test_an_import_that_was_killed_is_undone_or_done_and_can_be_repeated(shell):
    path = shell.file("many.csv", [["单位名称", "地址"], *([f"测试商店{n}", f"临河街{n}号"] for n in range(4000))])
    child = subprocess.Popen(
        [sys.executable, "-c", "import app; app.main()", "import", "organisation", str(path)],
        cwd=Path(app.__file__).parent, env={**os.environ, **shell.environ}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wal = shell.folder / "data" / "organisations.sqlite3-wal"
    deadline = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < deadline:
        if wal.exists() and wal.stat().st_size > 3_000_000:
            child.send_signal(signal.SIGKILL)
            break
        time.sleep(0.01)
    child.wait()
    batches = shell("imports").split()
    answer = shell.json("apply", batches[0]) if "applied," in batches or "checked," in batches else None
    assert answer is None or answer["new"] == 4000
    assert shell.json("import", "organisation", path)["rows"] == 4000
    assert shell.json("import", "organisation", path)["same"] == 4000
    assert sound(shell)


def test_the_index_can_be_looked_at_caught_up_and_rebuilt(shell, firms):
    shell("import", "organisation", firms)
    assert shell.json("index", "status")["documents"] == 3
    shutil.rmtree(shell.folder / "data" / "index")
    assert shell.json("index", "status")["documents"] == 0
    shell("index", "catch-up")
    assert shell.json("index", "status")["documents"] == 3
    assert "index: 3." in shell("index", "rebuild")


def test_a_backup_is_restored_into_another_folder(shell, firms):
    shell("import", "organisation", firms)
    copy = shell.folder / "copy"
    shell("backup", copy)
    assert not list(copy.glob("*keys*"))
    assert "not empty" in shell("backup", copy, code=1)
    assert "already" in shell("restore", copy, code=1)
    again = Shell(shell.folder, {**shell.environ, "SANKU_DATA": str(shell.folder / "again")})
    assert "Restored" in again("restore", copy)
    assert again.json("search", "望海测试加油站")["total"] == 1
    damaged = next(copy.glob("organisations*"))
    damaged.write_bytes(damaged.read_bytes()[:-10] + b"0123456789")
    third = Shell(shell.folder, {**shell.environ, "SANKU_DATA": str(shell.folder / "third")})
    assert damaged.name in third("restore", copy, code=1)


def test_an_erased_person_is_found_no_more(shell):
    path = shell.file(
        "people.csv", [["姓名", "性别", "出生日期", "现住址"], ["示例甲", "男", "1980-01-02", "临河街1号"]]
    )
    shell("import", "resident", path)
    record = shell.json("search", "示例甲")["hits"][0]["id"]
    shell("erase", "resident", record, code=2)
    shell("erase", "resident", record, "--reason", "request 7")
    assert shell.json("search", "示例甲")["total"] == 0
    assert sound(shell)


def test_keys_are_rotated_and_everything_is_read_as_before(shell):
    path = shell.file("people.csv", [["姓名", "联系电话", "现住址"], ["示例甲", "15400000001", "临河街1号"]])
    shell("import", "resident", path)
    version = Keys.load(shell.folder / "keys.json").version
    assert "sealed anew" in shell("keys", "rotate")
    assert Keys.load(shell.folder / "keys.json").version == version + 1
    assert shell.json("search", "15400000001")["total"] == 1
    assert shell.json("import", "resident", path)["same"] == 1


def test_the_worker_does_all_its_tasks(shell):
    said = shell("worker", "--once")
    assert all(task in said for task in ("index", "staged rows", "heads"))
    assert (shell.folder / "keys.heads.json").exists()


def test_serving_to_other_machines_needs_a_secret(shell):
    assert "SANKU_SECRET" in shell("serve", "--host", "0.0.0.0", code=1)
    shell("serve", "--port", "0", code=2)


def children(parent: int) -> list[int]:
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in told.stdout.split()]


def runs(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()[:1] not in ("", "Z")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "It takes too long."
        time.sleep(0.1)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_server_brings_a_worker_that_ends_with_it(shell, how):
    heads = shell.folder / "keys.heads.json"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "import app; app.main()", "serve", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, env={**os.environ, **shell.environ}, stdout=subprocess.DEVNULL) as server:
        until(heads.exists)
        begun = children(server.pid)
        server.send_signal(how)
    assert begun
    until(lambda: not any(runs(pid) for pid in begun))
