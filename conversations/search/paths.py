"""Whether a message stands on the branch that is shown, asked for many conversations at once."""

from bisect import bisect_right
from math import inf

from conversations.search.conditions import uuids
from lib.sql import fetch_prepared


class Paths:
    """The active paths of those conversations that have more than one; in all the others everything is on it.

    Most messages answer the one right before them. Only where that is not so is a row read: a path of 10,000 messages
    with ten forks is eleven runs of positions, out of the covering index.
    """

    def __init__(self):
        self.runs = {}

    def read(self, conversation_ids):
        """Those that were not read before, in one question."""
        unknown = set(conversation_ids) - self.runs.keys()
        if not unknown:
            return
        self.runs |= dict.fromkeys(unknown)
        found = fetch_prepared(
            """
            SELECT c.id, c.tip_position, jump.positions, jump.parents
            FROM conversations_conversation AS c, LATERAL (
                SELECT array_agg(position ORDER BY position) AS positions,
                       array_agg(parent_position ORDER BY position) AS parents
                FROM conversations_message
                WHERE conversation_id = c.id AND parent_position IS DISTINCT FROM position - 1
            ) AS jump
            WHERE c.id = ANY(%s::uuid[]) AND c.length <> c.message_count
            """,
            [uuids(unknown)],
        )
        for pk, tip, positions, parents in found:
            self.runs[pk] = sorted(_runs(tip, positions or [], parents or []))

    def shows(self, conversation_id, position):
        runs = self.runs[conversation_id]
        if runs is None:
            return True
        index = bisect_right(runs, (position, inf)) - 1
        return index >= 0 and position <= runs[index][1]


def _runs(tip, positions, parents):
    """(first, last) of each run of consecutive positions on the path up from `tip`. Parents stand before children."""
    while tip is not None:
        before = bisect_right(positions, tip) - 1
        if before < 0:  # nothing jumps, not even the first message: the conversation is empty
            return
        yield positions[before], tip
        tip = parents[before]
