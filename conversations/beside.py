"""The lists that stand beside every page of somebody signed in."""

from conversations import history
from conversations.recent_projects import recent_projects


class Beside:
    """Two Answers. A page that makes it before it asks its own questions waits for all of them at once. The history's
    own first page begins with what is recent, and need not ask for it."""

    def __init__(self, user, *, with_recent=True):
        self.recent = history.recent(user) if with_recent else None
        self.projects = recent_projects(user)
