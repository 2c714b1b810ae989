"""The list that programs get is written by hand; what it has to say is what the door says."""

import orjson
import pytest

from conversations import listing
from conversations.models import Conversation
from lib.walks import UnknownPlaceError, Walk
from projects.models import Project


@pytest.fixture
def many(alice, bob, conversation):
    """Eight of Alice's, some of them alike to the microsecond, and one of Bob's that she may read."""
    made = [
        Conversation.objects.start(alice, title=f"Number {n}", metadata={"n": [n, None, "é"]}, referrer="app")
        for n in range(7)
    ]
    alike = Conversation.objects.filter(pk__in=[made[2].pk, made[3].pk, made[4].pk])
    alike.update(created_at=made[2].created_at, updated_at=made[2].updated_at)
    made[5].archive()
    made[6].append("user", "Hello")
    his = Conversation.objects.start(bob, title="His", project=conversation.project)
    assert Conversation.objects.visible_to(alice).filter(pk=his.pk).exists()
    return made


@pytest.mark.parametrize("sort", ["updated_at", "created_at"])
@pytest.mark.parametrize("descending", [True, False])
def test_it_is_the_walk_of_what_the_door_lets_through(alice, many, sort, descending):
    own = Conversation.objects.visible_to(alice, own=True)
    walk = Walk(own.values_list(*listing.COLUMNS), [own])
    after, seen = None, []
    while True:
        where = {"sort": sort, "descending": descending, "after": after, "limit": 3}
        by_hand, by_walk = listing.page(alice, **where), walk.page(**where)
        assert [told(row) for row in by_hand.rows] == [told(row) for row in by_walk.rows]
        assert by_hand[1:] == by_walk[1:]
        seen += [row[0] for row in by_hand.rows]
        if not by_hand.has_more:
            break
        after = seen[-1]
    assert len(seen) == len(set(seen)) == own.count() == 8
    assert listing.page(alice, sort=sort, descending=descending, after=seen[-1], limit=3) == ([], False, 8)


def told(row):
    """With its metadata read: by hand they are JSON that was written by PostgreSQL."""
    values = dict(zip(listing.COLUMNS, row, strict=True))
    if not isinstance(values["metadata"], dict):
        values["metadata"] = orjson.loads(orjson.dumps(values["metadata"]))
    return values


def test_a_workspace_left_behind_keeps_what_was_written_there(alice, charlie, many):
    alice.workspace = charlie.workspace

    assert listing.page(alice, sort="updated_at", limit=50) == ([], False, 0)


def test_it_goes_on_behind_what_was_deleted_and_behind_nothing_else(alice, charlie, many):
    place = {"sort": "created_at", "limit": 50}
    standing = [row[0] for row in listing.page(alice, **place).rows]
    many[1].delete()
    assert [row[0] for row in listing.page(alice, after=many[1].pk, **place).rows] == [many[0].pk, standing[-1]]

    message = many[6].messages.get()
    message.remove()
    theirs = Conversation.objects.start(charlie)
    for pk in (theirs.pk, message.pk, alice.pk, Project.objects.get().pk):
        with pytest.raises(UnknownPlaceError):
            listing.page(alice, after=pk, **place)
    theirs.delete()
    with pytest.raises(UnknownPlaceError):
        listing.page(alice, after=theirs.pk, **place)
