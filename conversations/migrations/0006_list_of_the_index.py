from django.db import migrations


class Migration(migrations.Migration):
    """How much may wait to be indexed is said by each connection: an import wants more at a time (config.settings)."""

    dependencies = [("conversations", "0005_fold_faster")]

    operations = [
        migrations.RunSQL(
            "ALTER INDEX message_search RESET (gin_pending_list_limit)",
            "ALTER INDEX message_search SET (gin_pending_list_limit = 512)",
        ),
    ]
