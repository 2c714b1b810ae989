from django.db import migrations

# What links showed was taken when they were made, and ended with the last message that they show.
TAKEN = "UPDATE sharing_sharelink SET taken_at = created_at, last_position = positions[array_upper(positions, 1)]"


class Migration(migrations.Migration):
    dependencies = [("sharing", "0003_links_of_every_kind")]
    operations = [migrations.RunSQL(TAKEN, migrations.RunSQL.noop)]
