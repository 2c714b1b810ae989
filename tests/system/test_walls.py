"""Every URL there is, asked for with real ids of Alice's: nobody else's answer ever holds a word of hers."""

import io
import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import ApiKey, User
from conversations.models import Attachment, Conversation, ImportBatch
from projects.models import Project
from sharing import spelling
from sharing.models import ShareLink

PLANTED = "zanzibarquartz"

# Pieces and buttons: nothing of hers to show, still nothing to tell.
SAYS_NOTHING = ("/messages/", "/progress/", "/cancel/")


@pytest.fixture
def ids(alice, settings, tmp_path):
    """The planted word in everything that a URL can name, and the id of each by its converter."""
    settings.MEDIA_ROOT = tmp_path
    project = Project.objects.start(alice, name=f"Project {PLANTED}")
    conversation = Conversation.objects.start(alice, title=f"Title {PLANTED}", project=project)
    conversation.append("user", f"Question {PLANTED}")
    conversation.append("assistant", f"Answer {PLANTED}")
    batch = ImportBatch.objects.create(
        workspace=alice.workspace, owner=alice, file_name=f"{PLANTED}.json", status=ImportBatch.Status.DONE
    )
    attachment = Attachment.objects.create(
        workspace=alice.workspace,
        owner=alice,
        conversation=conversation,
        message=conversation.messages.first(),
        name=f"{PLANTED}.txt",
        content_type="text/plain",
        sha256="ab" * 32,
    )
    attachment.path.parent.mkdir(parents=True)
    attachment.path.write_text(PLANTED)
    key, _ = ApiKey.objects.mint(workspace=alice.workspace, user=alice, name=PLANTED)
    message = conversation.messages.first().typeid
    link = ShareLink.objects.share(conversation, include_images=True)
    link.revoke()
    return {
        "conv": conversation.typeid,
        "msg": message,
        "branch": conversation.branches.get().typeid,
        "imp": batch.typeid,
        "att": attachment.typeid,
        "key": key.typeid,
        "proj": project.typeid,
        "link": link.typeid,
        "note": conversation.add_note(alice, PLANTED).typeid,
        "usr": alice.typeid,
        "str": spelling.share_id(link.secret),
        "path": spelling.share_id(link.secret),
    }


def urls(patterns=None, prefix=""):
    """(route, pattern) of every page outside the admin; the admin's own tests see to that."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith("admin/"):
                yield from urls(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield route


CONVERTER = re.compile(r"<(\w+):\w+>")


def addresses(ids):
    for route in urls():
        path = CONVERTER.sub(lambda found: ids[found[1]], route)
        if "(" not in path and "^" not in path:
            yield "/" + path.removesuffix("$")


def words_of(response):
    if response.streaming:
        return b"".join(response.streaming_content).decode(errors="replace")
    return response.content.decode(errors="replace") + str(response.headers)


def test_the_walk_reaches_every_kind_of_thing(ids):
    paths = list(addresses(ids))

    for spelled in ids.values():
        assert any(spelled in path for path in paths)


def test_the_owner_finds_the_planted_word_and_nobody_else_does(ids, alice, bob, charlie, sign_in, client):
    admin = User.objects.create_user("boss@example.org", "boss's password", workspace=alice.workspace, role="admin")
    root = User.objects.create_superuser("root@example.org", "root's password")
    owner, others = sign_in(alice), [client, *map(sign_in, (bob, charlie, admin, root))]

    for path in addresses(ids):
        for query in ("", f"?q={PLANTED[:9]}*", "?hidden=1"):
            if not path.endswith(SAYS_NOTHING) and any(spelled in path for spelled in ids.values()):
                answer = owner.get(path)
                if answer.status_code == 200:
                    assert PLANTED in words_of(answer), path
            for stranger in others:
                answer = stranger.get(path + query)
                assert PLANTED not in words_of(answer), f"{path}{query} told {answer.wsgi_request.user}"
                if any(spelled in path for spelled in ids.values()):
                    assert answer.status_code in {302, 404, 405, 410}, f"{path} answered {answer.status_code}"


def test_nobody_else_can_change_or_delete_anything_of_hers(ids, alice, bob, charlie, sign_in, client):
    before = (Conversation.objects.get().revision, Conversation.objects.get().title)

    for stranger in [client, sign_in(bob), sign_in(charlie)]:
        for path in addresses(ids):
            if any(spelled in path for spelled in ids.values()):
                answer = stranger.post(path, {"title": "Taken", "text": "Mine now", "file": io.BytesIO(b"[]")})
                assert answer.status_code in {302, 404, 405, 410}, path

    assert (Conversation.objects.get().revision, Conversation.objects.get().title) == before
    assert ImportBatch.objects.filter(pk__isnull=False).count() == 1
    assert Attachment.objects.count() == 1
    assert ApiKey.objects.live().count() == 1
