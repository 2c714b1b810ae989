"""The documentation names files of ours, and they are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def named(doc):
    """The modules that a page of the documentation names."""
    return set(re.findall(r"`([a-z_/0-9]+\.py)`", doc.read_text()))


def test_every_module_that_the_documentation_names_by_its_path_is_there():
    docs = [*ROOT.glob("docs/**/*.md"), ROOT / "api" / "README.md"]
    paths = {path for doc in docs for path in named(doc) if "/" in path}

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_map_of_the_api_names_the_modules_that_are_there():
    modules = {path.name for path in ROOT.glob("api/*.py")} - {"__init__.py", "apps.py", "urls.py", "admin.py"}

    assert {path for path in named(ROOT / "api" / "README.md") if "/" not in path} - {"urls.py"} == modules
