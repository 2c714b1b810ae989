from accounts.models import AuditEvent, User, Workspace
from api.dialect import Dialect
from api.problem import Problem
from api.queries import whole_of
from conversations.models import Conversation


class Raven(Dialect):
    """Raven's conversations: flat errors, lists by offset, times in whole seconds.

    Its keys belong to a tenant. So here, and nowhere else, a workspace's own key reaches everybody of its workspace
    without saying for whom it acts; a key of one user reaches what is theirs, as everywhere.
    """

    schema = None  # its specification is the vendor's
    needs_user = False

    @classmethod
    def error(cls, problem, request_id):
        return {
            "error": problem.message,
            "code": problem.code,
            "message": problem.message,
            "request_id": request_id,
        }

    def users(self):
        return User.objects.filter(workspace=self.request.auth.workspace_id)

    def conversation(self, spelled, *, write=False):
        """With its owner, whose name every answer says. Raises Problem (404, 403)."""
        if self.request.user:
            reached = Conversation.objects.visible_to(self.request.user)
        else:
            reached = Conversation.objects.of_workspace(self.request.auth.workspace_id)
        return self.found(reached.select_related("owner"), spelled, write=write)

    def check_may_write(self, row, write):
        if self.request.user:
            super().check_may_write(row, write)

    def check_may_delete(self, row):
        if self.request.user:
            super().check_may_delete(row)

    def window(self):
        """(limit, offset) of a list. What is out of bounds is refused: with offsets, a cut would lose rows silently."""
        query = self.request.GET
        limit = whole_of(query, "limit", default=20, lowest=1, highest=1_000)
        return limit, whole_of(query, "offset", default=0, lowest=0)

    def listed(self, name, rows, spell):
        """A page of `rows` in their order, in the vendor's envelope."""
        limit, offset = self.window()
        found = [spell(row) for row in rows[offset : offset + limit]]
        return self.answer({name: found, "total": rows.order_by().count(), "limit": limit, "offset": offset})

    def check_room(self, name, rows, code, said):
        """Where the workspace has set itself a limit, whoever else would add to `rows` waits until the caller's
        transaction is over. Raises Problem (409)."""
        workspace = self.request.auth.workspace
        if workspace.settings.get(name) is not None:
            limit = Workspace.objects.select_for_update().get(pk=workspace.pk).settings.get(name)
            if limit is not None and rows.count() >= limit:
                raise Problem(409, code, said)

    def make_user(self, external_id, **fields):
        """(the user whom a program calls so, whether they are new). None is nobody's name. Raises Problem (409)."""
        self.check_room("max_users", self.users(), "user_limit", "The tenant has as many users as it allows.")
        user, is_new = self.users().get_or_make(external_id, workspace=self.request.auth.workspace, **fields)
        if is_new:
            self.record("user.create", user)
        return user, is_new

    def record(self, action, target, **details):
        actor = self.request.user or self.request.auth
        AuditEvent.record(action, actor=actor, target=target, request=self.request, **details)
