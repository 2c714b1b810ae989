"""The style sheets: colours are named once and can be read in both themes; no rule is for something that is gone."""

import math
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHEETS = {path.name: re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S) for path in ROOT.glob("static/css/*.css")}

AA, AAA, SEEN = 4.5, 7, 3
PAPERS = ("paper", "chrome", "raised", "tint", "well")
NUMBER = r"([\d.]+)"
PAIR = re.compile(
    rf"--color-([\w-]+): light-dark\(oklch\({NUMBER}% {NUMBER} {NUMBER}\), oklch\({NUMBER}% {NUMBER} {NUMBER}\)\)"
)


def colours():
    """{name: (luminance in light, luminance in dark)} of every token that is written as a pair."""
    return {
        name: (luminance(*map(float, numbers[:3])), luminance(*map(float, numbers[3:])))
        for name, *numbers in PAIR.findall(SHEETS["_global.css"])
    }


def luminance(lightness, chroma, hue):
    """Of an oklch colour, by way of linear sRGB: https://bottosson.github.io/posts/oklab/"""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness / 100 + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness / 100 - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness / 100 - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrasts(ink, paper):
    """(in light, in dark), as WCAG counts."""
    return tuple((max(pair) + 0.05) / (min(pair) + 0.05) for pair in zip(colours()[ink], colours()[paper], strict=True))


def test_the_counting_is_right():
    assert luminance(100, 0, 0) == pytest.approx(1, abs=0.001)
    assert luminance(62.7955, 0.25768, 29.2339) == pytest.approx(0.2126, abs=0.001)  # pure red


@pytest.mark.parametrize("paper", PAPERS)
def test_what_is_read_for_long_has_the_contrast_of_a_book(paper):
    assert min(contrasts("ink", paper)) >= AAA


@pytest.mark.parametrize("ink", ["muted", "accent", "accent-strong", "positive", "warning", "negative"])
def test_everything_else_can_be_read_on_every_paper_in_both_themes(ink):
    for paper in PAPERS:
        assert min(contrasts(ink, paper)) >= AA, paper


@pytest.mark.parametrize("paper", ["paper", "chrome", "raised"])
def test_where_a_field_ends_is_seen(paper):
    assert min(contrasts("field-line", paper)) >= SEEN


@pytest.mark.parametrize("ink", [name for name in colours() if name.startswith("code-")])
def test_code_can_be_read_on_its_surface_in_both_themes(ink):
    assert min(contrasts(ink, "well")) >= AA


@pytest.mark.parametrize("name", sorted(SHEETS.keys() - {"_global.css"}))
def test_no_other_sheet_names_a_colour(name):
    assert re.findall(r"#[0-9a-f]{3,8}\b|\b(?:oklch|rgb|hsl)a?\([^)]*\)|: (?:white|black)\b", SHEETS[name]) == []


def test_no_rule_is_for_a_class_that_nothing_uses():
    """A class with a gap in it, like lane--{{ step }}, is what fills it; others' pages use what is in theirs."""
    folders = ("templates", "static/js", *(path.parent.name for path in ROOT.glob("*/apps.py")), "lib")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in {".html", ".js", ".py"}
    ]
    code = "".join(path.read_text() for path in files)
    named = set().union(*(CLASS.findall(STRING.sub("", sheet)) for name, sheet in SHEETS.items() if name not in OTHERS))

    used = set(re.findall(r"[\w-]+", code))
    gaps = tuple(re.findall(r"([\w-]+-)\{", code))
    assert {name for name in named - used if not name.startswith(gaps)} == set()


OTHERS = ("admin.css", "swagger.css")  # Django's admin, Swagger UI
CLASS = re.compile(r"(?<![\w)])\.([a-z_][\w-]*)")
STRING = re.compile(r'"[^"]*"|url\([^)]*\)')
