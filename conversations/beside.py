"""The two lists in the sidebar of every page: the newest conversations, and the projects used last."""

from conversations import history
from conversations.recent_projects import recent_projects


class Beside:
    """Two Answers (lib.asking). A page that makes a Beside before its own queries has all of them in one exchange. The
    first page of the history shows the newest conversations itself: there, `with_recent` is False."""

    def __init__(self, user, *, with_recent=True):
        self.recent = history.recent(user) if with_recent else None
        self.projects = recent_projects(user)
