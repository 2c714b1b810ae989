import pytest

from lib import base62


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0000"), (9, "0009"), (10, "000A"), (35, "000Z"), (36, "000a"), (61, "000z"), (62, "0010")]
)
def test_digits_come_before_capitals_before_small_letters(number, text):
    assert base62.encode(number, 4) == text
    assert base62.decode(text) == number


@pytest.mark.parametrize("text", ["-1", "1 ", "é", "٣"])
def test_nothing_else_is_a_number(text):
    with pytest.raises(ValueError, match="base 62"):
        base62.decode(text)
