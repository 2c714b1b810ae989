"""Numbers as digits, capitals and small letters, in that order: what can be double-clicked and needs no escaping."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def encode(number, width):
    """Always `width` characters, with zeros in front."""
    return "".join([ALPHABET[number // 62**place % 62] for place in range(width - 1, -1, -1)])


def decode(text):
    """ValueError for anything but its 62 characters."""
    number = 0
    for character in text:
        if character not in _VALUE:
            raise ValueError(f"{text!r} is not in base 62")
        number = number * 62 + _VALUE[character]
    return number
