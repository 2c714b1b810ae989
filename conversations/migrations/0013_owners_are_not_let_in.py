from django.db import migrations


class Migration(migrations.Migration):
    """Somebody let in as an owner could do what an editor can. There is one owner, and it is handed over."""

    dependencies = [("conversations", "0012_authors")]

    operations = [
        migrations.RunSQL(
            "UPDATE conversations_grant SET role = 'editor' WHERE role = 'owner'", migrations.RunSQL.noop
        )
    ]
