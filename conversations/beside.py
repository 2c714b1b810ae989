"""The lists in the sidebar of every page: the newest conversations with what is pinned, and the projects used last."""

from conversations.recent import recent
from conversations.recent_projects import recent_projects


class Beside:
    """Two Answers (lib.asking). A page that makes a Beside before its own queries has all of them in one exchange."""

    def __init__(self, user):
        self.recent = recent(user)
        self.projects = recent_projects(user)
