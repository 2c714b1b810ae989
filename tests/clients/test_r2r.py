"""R2R's published clients, both lines of them."""

import pytest
from django.core.cache import cache

from conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)
WHO = {"EMAIL": "alice@example.org", "PASSWORD": "alice's password"}


@pytest.fixture(autouse=True)
def _nobody_tried_yet():
    cache.clear()


def refused(status, message):
    """Both look for a `detail`, and where R2R sends none they tell the whole body."""
    return [status, str({"message": message, "error_type": "R2RException"})]


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_the_client_of_today_logs_in_talks_edits_and_goes(run, alice, mode):
    told = run("r2r_3_6/conversations.py", MODE=mode, **WHO)

    [left] = Conversation.objects.all()
    assert told == {
        "health": "ok",
        "wrong_password": refused(401, "Incorrect email or password"),
        "token_types": ["access", "refresh"],
        "me": "alice@example.org",
        "made": ["Planning", str(alice.pk)],
        "unnamed": None,
        "message": ["Hello", {"k": "v"}, None],
        "read": [["user", "Hello"], ["assistant", "Hi!"], ["assistant", "Hey"]],
        "edited": ["Hello again", True, 1],
        "kept": ["Hi!", {"m": "n", "edited": False}],
        "renamed": "Renamed",
        "listed": [None],
        "chosen": ["Renamed"],
        "empty_content": refused(400, "Content cannot be empty"),
        "bad_role": refused(400, "Invalid role"),
        "unknown": refused(404, "Conversation 00000000-0000-0000-0000-000000000000 not found."),
        "no_uuid": 422,
        "deleted": True,
        "gone": 404,
        "about": "Astronomer",
        "keys": [["k", "for a test"], [None, None]],
        "key_deleted": True,
        "refreshed": True,
        "changed": "Password changed successfully",
        "out_by_that": refused(401, "Invalid token or API key"),
        "logged_out": "Logged out successfully",
        "by_key": [None],
    }
    assert left.owner == alice


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_the_client_of_before_talks_in_reprs_and_is_understood(run, alice, mode):
    told = run("r2r_3_2/conversations.py", MODE=mode, **WHO)

    reworded = [["user", 'It\'s "Q1"'], ["assistant", "A1, reworded"]]
    original = [["user", 'It\'s "Q1"'], ["assistant", "A1"], ["user", "plain text"]]
    gone = told.pop("gone")
    assert told == {
        "wrong_password": refused(401, "Incorrect email or password"),
        "tokens": ["access_token", "refresh_token"],
        "me": "alice@example.org",
        "read": original,
        "keys": ["content", "function_call", "name", "role", "tool_calls"],
        "reworded": reworded,
        "points": [False, True],
        "active": True,
        "original": original,
        "metadata": "ok",
        "listed": [True],
        "deleted": None,
        "refreshed": ["access_token", "refresh_token"],
        "out": "Logged out successfully",
    }
    assert gone[0] == 404
    assert not Message.objects.exists()
