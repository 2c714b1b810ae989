"""Whatever a list is walked by leaves a tombstone, whichever way it goes: by a verb, with its conversation, by SQL."""

from django.db import migrations, models

BURY = """
CREATE FUNCTION parley_bury() RETURNS trigger LANGUAGE plpgsql AS $$
-- Arguments: the kind, and the columns that say whose it was, of which conversation, and when it was changed last.
BEGIN
    EXECUTE format(
        'INSERT INTO conversations_tombstone (id, kind, owner_id, conversation_id, created_at, updated_at, deleted_at)'
        ' SELECT id, %L, %s, %s, created_at, %s, now() FROM gone',
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2], TG_ARGV[3]
    );
    RETURN NULL;
END
$$
"""
TABLES = {
    "projects_project": ("project", "owner_id", "NULL", "updated_at"),
    "conversations_tag": ("tag", "owner_id", "NULL", "created_at"),
    "conversations_note": ("note", "user_id", "conversation_id", "updated_at"),
    "conversations_bookmark": ("bookmark", "user_id", "conversation_id", "created_at"),
    "conversations_attachment": ("attachment", "owner_id", "conversation_id", "created_at"),
}


def trigger(table, arguments):
    spelled = ", ".join(f"'{argument}'" for argument in arguments)
    return migrations.RunSQL(
        f"CREATE TRIGGER bury AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone"
        f" FOR EACH STATEMENT EXECUTE FUNCTION parley_bury({spelled})",
        f"DROP TRIGGER bury ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_list_of_the_index"), ("projects", "0001_start")]

    operations = [
        migrations.AlterField("tombstone", "conversation_id", models.UUIDField(db_index=True, null=True)),
        migrations.AlterField(
            "tombstone",
            "kind",
            models.CharField(
                choices=[
                    ("conversation", "Conversation"),
                    ("message", "Message"),
                    ("project", "Project"),
                    ("tag", "Tag"),
                    ("note", "Note"),
                    ("bookmark", "Bookmark"),
                    ("attachment", "Attachment"),
                ],
                max_length=16,
            ),
        ),
        migrations.RunSQL(BURY, "DROP FUNCTION parley_bury()"),
        *(trigger(table, arguments) for table, arguments in TABLES.items()),
    ]
