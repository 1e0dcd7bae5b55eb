"""The commands on records that may be one thing: what they print, how they end, what stands afterwards."""

from __future__ import annotations

import pytest

from tests.test_commands import Shell, shell, sound

__all__ = ["shell"]

TWICE = [
    ["单位名称", "地址", "联系电话", "从业人数", "网格编码"],
    ["望海商贸有限公司", "临河路8号", "", "3", "000101001001001"],
    ["望海商贸", "临河路８号", "0416-3880001", "5", "000101001001001"],
    ["安澜小学", "望海路1号", "", "80", "000101002001001"],
]


@pytest.fixture
def pair(shell: Shell) -> list[str]:
    """The ids of two organisations that may be one, as the list shows them."""
    shell("import", "organisation", shell.file("twice.csv", TWICE))
    said = shell.json("duplicates", "organisation", "--find")
    assert (said["total"], said["queued"], said["cut"]) == (1, 1, {})
    (found,) = said["pairs"]
    assert found["why"] == "name_address"
    by_name = dict(zip(found["titles"], (found["first"], found["second"]), strict=True))
    return [by_name["望海商贸有限公司"], by_name["望海商贸"]]


def test_the_list_names_both_records_and_why(shell, pair):
    said = shell("duplicates")
    assert "decision: 1." in said
    assert all(text in said for text in (*pair, "望海商贸有限公司", "name and address"))
    assert shell.json("duplicates", "organisation", "--find")["queued"] == 0


def test_a_merge_takes_the_field_it_is_told_and_an_unmerge_gives_it_back(shell, pair):
    first, second = pair
    take = ("--take", "phone", "--take", "employees")
    assert second in shell("merge", "organisation", first, second, *take, "--reason", "one shop")
    assert "decision: 0." in shell("duplicates")
    assert shell.json("search", "望海商贸")["total"] == 1
    shell("edit", "organisation", first, "employees=7")
    said = shell("unmerge", "organisation", second, "--reason", "two shops")
    assert "changed since: Staff" in said
    assert shell.json("search", "望海商贸")["total"] == 2
    assert shell.json("duplicates")["total"] == 1
    assert sound(shell)


def test_a_merge_needs_a_reason_a_known_field_and_two_records(shell, pair):
    first, second = pair
    assert "--reason" in shell("merge", "organisation", first, second, code=2)
    assert "no field" in shell("merge", "organisation", first, second, "--take", "colour", "--reason", "x", code=2)
    assert "one already" in shell("merge", "organisation", first, first, "--reason", "x", code=1)
    assert "not merged" in shell("unmerge", "organisation", first, "--reason", "x", code=1)


def test_a_pair_told_apart_is_not_listed_again(shell, pair):
    assert "not be listed" in shell("apart", "organisation", *pair, "--reason", "two shops")
    assert shell.json("duplicates", "organisation", "--find")["total"] == 0
