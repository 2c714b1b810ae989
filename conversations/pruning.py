"""What becomes of branches when messages are deleted for good.

Each ends before what is gone. One that then names nothing but what others have too was made for what is gone: readers
who take back the only message of "Save beside it" mean the fork. So it goes, and where it was the active one, the
conversation goes on with the branch it came from.
"""

from typing import NamedTuple


class Pruned(NamedTuple):
    """A branch that has nothing of its own any more, and the one that has what it had."""

    branch: object
    heir: object


def prune(conversation, tree, gone):
    """What goes when the messages at `gone` do; `tree` still has them. MAIN may be among these, which every
    conversation has: whose it then is, is the caller's to see to."""
    ends = {branch: tree.above(branch.tip_position, gone) for branch in conversation.branches.all()}

    def claim(branch):
        # What was not touched stays. Of what was, a branch that ends further down has all that one above it has; of
        # those that end together, MAIN stays, else the active one, else the oldest.
        touched, active = branch.tip_position in gone, branch.pk == conversation.active_branch_id
        return touched, -(ends[branch] or 0), not branch.is_main, not active, branch.created_at, branch.pk

    kept, left, reached = [], [], set()
    for branch in sorted(ends, key=claim):
        if kept and branch.tip_position in gone and (ends[branch] is None or ends[branch] in reached):
            left.append(branch)
        else:
            kept.append(branch)
            reached |= tree.reached_from([ends[branch]])
    return [Pruned(branch, _heir(branch, ends, kept, tree)) for branch in left]


def _heir(branch, ends, kept, tree):
    """The branch it came from, where that has what it had; else MAIN, or the one that was written on last."""
    end = ends[branch]
    having = [one for one in kept if end is None or end in tree.reached_from([ends[one]])]
    return max(having, key=lambda one: (one.name == branch.parent_name, one.is_main, ends[one] or 0))
