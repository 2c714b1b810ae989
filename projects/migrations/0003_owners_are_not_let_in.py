from django.db import migrations


class Migration(migrations.Migration):
    """Somebody let in as an owner could do what an editor can. There is one owner, and it is handed over."""

    dependencies = [("projects", "0002_members_know_by_whom")]

    operations = [
        migrations.RunSQL(
            "UPDATE projects_projectmember SET role = 'editor' WHERE role = 'owner'", migrations.RunSQL.noop
        )
    ]
