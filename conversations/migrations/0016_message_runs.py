"""Where runs of messages begin, each the answer to the one before it: a path of ten thousand is a few of these."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("conversations", "0015_days_in_the_index")]

    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["conversation", "position"],
                include=["parent_position"],
                condition=Q(parent_position__isnull=True) | Q(parent_position__lt=F("position") - 1),
                name="message_runs",
            ),
        ),
    ]
