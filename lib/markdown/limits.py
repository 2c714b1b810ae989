"""What a message may cost. Hostile Markdown is quadratic or worse in any parser; it is refused before it is parsed, or
meanwhile, by counting and not by a clock: the same text has the same shape on every machine.

Beyond a limit the whole text is shown as it was typed. The numbers keep the worst input under 0.3 s of CPU.
"""

CHARACTERS = 100_000
LINES = 5_000
COUNTS = {"[": 3_000, "`": 6_000, "<": 3_000, "|": 8_000, "$": 4_000, "\\": 6_000, "&": 8_000, ">": 6_000}
EMPHASIS = 8_000
# Rules tried at a place in the text: what parsing costs, near enough. An ordinary page takes a few hundred.
STEPS = 30_000
CELLS = 6_000
# One short reference can stand for a long address thousands of times: 100 kB became 417 MB.
ADDRESSES = 200_000
# Addresses without marks that become links; the rest stays text.
BARE_LINKS = 1_000
# Quotes and lists inside each other, two to a list. The parser would drop what lies deeper; nothing is dropped here.
DEPTH = 20


class TooCostlyError(Exception):
    """The text goes beyond a limit; show it plain."""


def check(text):
    """Refuses what is known to blow up, in one pass of C for each limit. Raises TooCostlyError."""
    if (
        len(text) > CHARACTERS
        or text.count("\n") > LINES
        or any(text.count(character) > limit for character, limit in COUNTS.items())
        or sum(map(text.count, "*_~")) > EMPHASIS
    ):
        raise TooCostlyError


def output(text):
    """The most HTML, in characters, that a text may become."""
    return 30 * len(text) + 100_000


class Allowance:
    """What is left for one message while it is parsed and rendered."""

    def __init__(self):
        self.steps = STEPS
        self.cells = CELLS
        self.addresses = ADDRESSES
        self.bare_links = BARE_LINKS

    def spend_cells(self, cells):
        self.cells -= cells
        if self.cells < 0:
            raise TooCostlyError

    def spend_addresses(self, characters):
        self.addresses -= characters
        if self.addresses < 0:
            raise TooCostlyError
