from django.db import models


class Rendering(models.Model):
    """A message's HTML, kept because rendering costs milliseconds and reading should not.

    In a table of its own: it is made when a message is first read, and an UPDATE of the message would rewrite its row
    and every index on it. Good while both versions still match; anybody may throw the whole table away.
    """

    message = models.OneToOneField("conversations.Message", models.CASCADE, primary_key=True, db_constraint=False)
    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="+", db_constraint=False
    )
    message_version = models.IntegerField()
    renderer_version = models.IntegerField()
    html = models.TextField()

    def __str__(self):
        return f"HTML of {self.message_id}"
