from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from registries.demo.areas import Tree
from registries.demo.drawing import contains, doubled_area


def ring_of(area):
    return [(round(x * 1e6), round(y * 1e6)) for x, y in area["boundary"]["coordinates"][0][:-1]]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), residents=st.sampled_from([0, 500, 20_000, 300_000]))
def test_children_tile_their_parent_without_gap_or_overlap(seed, residents):
    areas = list(Tree(seed, residents).areas())
    inside = defaultdict(int)
    for area in areas:
        size = doubled_area(ring_of(area))
        assert size > 0
        inside[area["parent_key"]] += size
    for area in areas:
        if area["kind"] != "grid":
            assert inside[area["key"]] == doubled_area(ring_of(area))


def test_no_grid_reaches_into_another(areas):
    """The middle of each grid's longest border, a step inwards, lies in that grid alone."""
    grids = [area for area in areas.values() if area["kind"] == "grid"]
    for grid in grids:
        ring = ring_of(grid)
        x = sum(x for x, _ in ring) // len(ring)
        y = sum(y for _, y in ring) // len(ring)
        holders = [other["key"] for other in grids if contains(ring_of(other), (x, y))]
        assert len(holders) <= 1


def test_codes_have_the_length_of_their_level(areas):
    lengths = {"district": 6, "street": 9, "community": 12, "grid": 15}
    for area in areas.values():
        if area["kind"] == "zone":
            assert area["code"] is None
        else:
            assert len(area["code"]) == lengths[area["kind"]]
            assert area["code"].startswith("000101")


def test_parents_come_first_and_levels_follow_each_other(district):
    seen = {None: None}
    allowed = {
        ("district", None),
        ("street", "district"),
        ("zone", "district"),
        ("community", "street"),
        ("community", "zone"),
        ("grid", "community"),
    }
    for area in district.areas():
        assert (area["kind"], seen[area["parent_key"]]) in allowed
        seen[area["key"]] = area["kind"]


def test_names_are_unique_among_siblings_and_have_an_english_form(areas):
    names = Counter((area["parent_key"], area["name_zh"]) for area in areas.values())
    english = Counter(area["name_en"] for area in areas.values())
    assert max(names.values()) == 1
    assert max(english.values()) == 1
    assert all(area["name_en"].isascii() for area in areas.values())


def test_one_community_name_is_used_once_even_in_the_largest_district():
    tree = Tree(1, 1_000_000)
    assert len({community.name for community in tree.communities}) == len(tree.communities)
    assert sum(grid.residents for grid in tree.grids) == 1_000_000
