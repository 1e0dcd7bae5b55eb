"""What is installed is what is needed: dependencies, the lock file, and the data files of the packages."""

from __future__ import annotations

import re
import sys
from configparser import RawConfigParser
from importlib.metadata import packages_distributions

from tests.own_code import ROOT, TOPS, modules

CONFIG = RawConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")


def names(text):
    """The distributions in a list of requirements, spelled as in the lock file."""
    found = re.findall(r"^\s*([A-Za-z0-9][\w.-]*)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def test_every_library_that_is_imported_is_declared():
    declared = names(CONFIG["options"]["install_requires"]) | names(
        CONFIG["options.extras_require"]["postgres"]
    )
    distributions = packages_distributions()
    missing = {
        f"{module.path}: {target.split('.')[0]}"
        for module in modules().values()
        for target, _ in module.imports()
        if (top := target.split(".")[0]) not in {*TOPS, *sys.stdlib_module_names}
        and not names("\n".join(distributions.get(top, [top]))) & declared
    }
    assert not missing, "\n".join(sorted(missing))


def test_the_lock_file_pins_everything_that_is_declared():
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = names(locked)
    extras = CONFIG["options.extras_require"]
    for wanted in (CONFIG["options"]["install_requires"], extras["postgres"], extras["dev"]):
        assert names(wanted) - pinned == set()


def test_the_lock_file_has_hashes_and_names_no_index():
    blocks = re.split(r"\n(?=\w)", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", "\n".join(blocks))


def test_every_data_file_of_a_package_is_installed():
    installed = set()
    for package, patterns in CONFIG["options.package_data"].items():
        folder = ROOT / package.replace(".", "/")
        for pattern in patterns.split():
            installed |= {file for file in folder.glob(pattern.replace("/**", "/**/*")) if file.is_file()}
    present = {
        file
        for top in TOPS
        for file in (ROOT / top).rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc", ".mo"}
    }
    assert sorted(str(file.relative_to(ROOT)) for file in present - installed) == []


def test_every_folder_of_code_is_a_package():
    bare = {
        str(file.parent.relative_to(ROOT))
        for top in TOPS
        for file in (ROOT / top).rglob("*.py")
        if not (file.parent / "__init__.py").exists()
    }
    assert bare <= {"migrations/versions"}


def test_versions_agree():
    version = CONFIG["metadata"]["version"]
    assert f"--version {version}" in (ROOT / "Makefile").read_text(encoding="utf-8")
