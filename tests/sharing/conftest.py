import pytest

from conversations.models import Attachment
from sharing.models import ShareLink

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def share():
    """A link to this conversation, or to one message of it."""
    return ShareLink.objects.share


@pytest.fixture
def told():
    """[(role, text)] of what a link shows."""
    return lambda link: [(m.role, m.text) for m in ShareLink.objects.get(pk=link.pk).messages()]


@pytest.fixture
def picture(alice, conversation, settings, tmp_path):
    """In a third message of the conversation."""
    settings.MEDIA_ROOT = tmp_path
    attachment = Attachment(
        workspace=alice.workspace,
        owner=alice,
        conversation=conversation,
        name="moon.png",
        content_type="image/png",
        sha256="ab" * 32,
        size=len(PNG),
        external_id="file-1",
    )
    part = {"type": "image", "name": "moon.png", "attachment_id": attachment.typeid}
    attachment.message_id = conversation.append("user", "Look", parts=[part])
    attachment.save()
    attachment.path.parent.mkdir(parents=True)
    attachment.path.write_bytes(PNG)
    return attachment
