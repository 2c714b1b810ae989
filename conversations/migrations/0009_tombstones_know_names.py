"""A client's own id of a message that was deleted is a cursor still."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_siblings_by_parent_alone")]

    operations = [
        migrations.AddField("tombstone", "external_id_digest", models.UUIDField(null=True)),
    ]
