import pytest

from sharing.models import ShareLink


@pytest.fixture
def share():
    """A link to this conversation, or to one message of it."""
    return ShareLink.objects.share


@pytest.fixture
def told():
    """[(role, text)] of what a link shows."""
    return lambda link: [(m.role, m.text) for m in ShareLink.objects.get(pk=link.pk).messages()]
