from contextlib import contextmanager

from django.db import IntegrityError, models, transaction
from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Lower
from django.db.models.lookups import Exact
from django.utils import timezone

from accounts.models import User
from conversations import limits
from conversations.models.conversation import Conversation
from conversations.refusals import TagExists
from lib.models import Row
from lib.typeid import decode


class TagQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(owner=user) if user.is_authenticated else self.none()

    def called(self, name):
        """Capitals aside, as the constraint has it."""
        return self.filter(Exact(Lower("name"), Lower(Value(name))))

    def named(self, text):
        """The tag that a program means by a tag_… id or by its name; None for neither."""
        try:
            return self.filter(pk=decode(Tag.PREFIX, text)).first()
        except ValueError:
            return self.called(text).first()

    def counted(self, user):
        """With `conversation_count`: of the conversations they hang on, those that `user` still sees."""
        hung = Tagging.objects.filter(tag=OuterRef("pk"), conversation__in=Conversation.objects.visible_to(user))
        count = hung.order_by().values("tag").annotate(number=Count("pk")).values("number")
        return self.annotate(conversation_count=Coalesce(Subquery(count), 0))

    def make(self, owner, name):
        """A new one. Raises TagExists."""
        with _once():
            return self.create(owner=owner, name=name)

    def make_or_find(self, owner, name):
        """The owner's tag of that name, made if there is none."""
        try:
            return self.filter(owner=owner).called(name).first() or self.make(owner, name)
        except TagExists:  # another request made it at the same moment
            return self.filter(owner=owner).called(name).get()


class Tag(Row):
    """A word its owner hangs on conversations."""

    PREFIX = "tag"

    owner = models.ForeignKey(User, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=limits.TAG)
    conversations = models.ManyToManyField(
        "conversations.Conversation", through="conversations.Tagging", related_name="tags"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="tag_once_per_owner")]

    def __str__(self):
        return self.name

    def rename(self, name):
        """Raises TagExists."""
        with _once():
            self.name = name
            self.save(update_fields=["name"])


class Tagging(Row):
    PREFIX = "tagging"

    conversation = models.ForeignKey("conversations.Conversation", models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="tagging_once")]

    def __str__(self):
        return str(self.tag)


@contextmanager
def _once():
    """The constraint decides, not a look before: two may be made in the same moment."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "tag_once_per_owner":
            raise
        raise TagExists from error
