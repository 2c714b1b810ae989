"""How the messages of a conversation answer each other.

Most answer the one right before them. A message that does not begins a run: positions from there on, each of them the
answer to the one before. The index message_runs has the first message of every run, and a path is made of a few runs,
however long it is.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, chain, islice

from lib.asking import ask, fetch_along

LAST = 2**31 - 1  # the greatest position there could be


class Tree:
    """The messages of the conversation with this id, by their positions. A parent's is smaller than its children's.

    Nothing is read until it is needed: for paths the beginnings of runs, for the rest every message's parent.
    """

    def __init__(self, pk):
        self.pk = pk
        self._runs = ask(_RUNS, [pk], read=lambda rows: tuple(zip(*rows, strict=True)) or ((), ()))

    def path(self, tip):
        """The Path from the first message to that at `tip`, which must be there (see `has`); to None an empty one."""
        return Path(list(self._upwards(tip))[::-1])

    def _upwards(self, tip):
        """The runs of the path to `tip` as ranges, the last one first."""
        starts, parents = self._runs.found
        while tip is not None and (number := bisect_right(starts, tip)):
            yield range(starts[number - 1], tip + 1)
            tip = parents[number - 1]

    def has(self, position):
        """Whether a message stands there."""
        return bool(fetch_along(_AT, [self.pk, position]))

    def newest_leaf_below(self, position):
        """The last message written anywhere below `position`, or that one itself. Nothing answers it: an answer would
        have been written later."""
        starts, parents = self._runs.found
        last = bisect_right(starts, position)
        below = {last}
        for number, parent in enumerate(parents[last:], last + 1):
            if parent is not None and parent >= position and bisect_right(starts, parent) in below:
                below.add(number)
                last = number
        following = starts[last] if last < len(starts) else LAST
        [(leaf,)] = fetch_along(_LAST_BEFORE, [self.pk, following])
        return leaf

    @cached_property
    def parents(self):
        """{position: the one it answers, or None} in order of position."""
        [(positions, parents)] = fetch_along(_PARENTS, [self.pk])
        return dict(zip(positions or [], parents or [], strict=True))

    def above(self, position, gone):
        """The first on the way from `position` to the root that is not among `gone`; None where all are."""
        while position in gone:
            position = self.parents[position]
        return position

    def below(self, positions):
        """These and everything that answers them, directly or not."""
        below = set(positions)
        for candidate, parent in self.parents.items():
            if parent in below:
                below.add(candidate)
        return below

    def in_reading_order(self, active):
        """(position, depth, whether something parts there) of every message, as one would read all of them aloud.

        A message stands below what it answers. Where several answer one, those that turn off come first and count as
        one step deeper; then goes on the way that is in `active`, else the one that was written on last.
        """
        children, newest = defaultdict(list), dict.fromkeys(self.parents, 0)
        for position, parent in self.parents.items():
            children[parent].append(position)
        for position in reversed(self.parents):  # each is complete when it is reached
            newest[position] = max(newest[position], position)
            if (parent := self.parents[position]) is not None:
                newest[parent] = max(newest[parent], newest[position])
        # By hand and not by calling itself: a conversation may part a thousand times, one parting below the other.
        waiting = [(root, 0, True) for root in reversed(children[None])]
        while waiting:
            position, depth, parts = waiting.pop()
            yield position, depth, parts
            following = sorted(children[position], key=lambda child: (child in active, newest[child]))
            turns = len(following) - 1
            waiting += [(child, depth + (n < turns), turns > 0) for n, child in reversed(list(enumerate(following)))]

    def owners(self, tip, branches):
        """{position: name of the first of `branches` that has it} for what is not on the path to `tip`."""
        names = dict.fromkeys(self.path(tip))
        for branch in branches:
            for position in chain.from_iterable(map(reversed, self._upwards(branch.tip_position))):
                if position in names:
                    break
                names[position] = branch.name
        return {position: name for position, name in names.items() if name}

    def reached_from(self, tips):
        """Every position on the paths to these tips."""
        reached = set()
        for tip in tips:
            for run in self._upwards(tip):
                if run[-1] in reached:
                    break
                reached.update(run)
        return reached


class Path(Sequence):
    """The positions of a path, oldest first, which is ascending. So the place of a deleted message on it is still known
    (`before`)."""

    def __init__(self, runs=()):
        self.runs = runs  # ranges
        self._starts = [run.start for run in runs]
        self._ends = list(accumulate(map(len, runs)))  # how many there are up to the end of each

    def __len__(self):
        return self._ends[-1] if self._ends else 0

    def __iter__(self):
        return chain.from_iterable(self.runs)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return list(islice(self, *index.indices(len(self))))
        index = range(len(self))[index]
        number = bisect_right(self._ends, index)
        return self.runs[number][index - self._ends[number]]

    def __contains__(self, position):
        number = bisect_right(self._starts, position)
        return number > 0 and position in self.runs[number - 1]

    def before(self, position):
        """How many messages of the path stand before `position`, whether or not that is on it."""
        number = bisect_right(self._starts, position)
        if not number:
            return 0
        run, end = self.runs[number - 1], self._ends[number - 1]
        return end - max(0, run.stop - position)

    def index(self, position):
        if position not in self:
            raise ValueError(position)
        return self.before(position)

    @property
    def multirange(self):
        """The path as PostgreSQL's int4multirange. Ten thousand single numbers are slow to read."""
        return "{" + ",".join(f"[{run.start},{run.stop})" for run in self.runs) + "}"


# As the condition of the index message_runs says it.
_RUNS = """
SELECT position, parent_position FROM conversations_message
WHERE conversation_id = %s AND (parent_position IS NULL OR parent_position < position - 1) ORDER BY position
"""

# Two arrays, out of the covering index: ten thousand rows take longer to be said and read.
_PARENTS = """
SELECT array_agg(position ORDER BY position), array_agg(parent_position ORDER BY position)
FROM conversations_message WHERE conversation_id = %s
"""

_AT = "SELECT FROM conversations_message WHERE conversation_id = %s AND position = %s::int"

# Both columns together, as the index has them: a plan made for conversations of a few messages would read all of one to
# find its last.
_LAST_BEFORE = """
SELECT position FROM conversations_message WHERE (conversation_id, position) < (%s, %s::int)
ORDER BY conversation_id DESC, position DESC LIMIT 1
"""
