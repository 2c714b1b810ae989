"""A token for the day beside the month's: a frequent word is looked for in a few days, not in thirty.

It takes the place of the month without its owner, which nothing asked for. Both indexes are built anew: some minutes for
a million messages.
"""

from importlib import import_module

from django.db import migrations

# A token begins with a space, and no word holds one: nothing anybody writes can pass for a token.
TSV = r"""
-- Its words, and tokens for what never changes about a row: owner, conversation, owner and day (since 1970), owner and
-- month (since year 0).
CREATE FUNCTION parley_tsv_2(text text, owner uuid, conversation uuid, at timestamptz) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
RETURN pg_catalog.array_to_tsvector(
    pg_catalog.array_remove(pg_catalog.string_to_array(parley_fold_1(text), ' '), '')
    || ARRAY[
        ' o' || owner::text,
        ' c' || conversation::text,
        ' d' || owner::text || ':' || floor(extract(epoch FROM pg_catalog.timezone('UTC', at)) / 86400)::integer::text,
        ' m' || owner::text || ':' || (12 * extract(year FROM pg_catalog.timezone('UTC', at))
                                       + extract(month FROM pg_catalog.timezone('UTC', at)))::integer::text
    ]
)
"""

MESSAGES = """
DROP INDEX message_search;
CREATE INDEX message_search ON conversations_message
USING gin ({}(text, owner_id, conversation_id, created_at)) WITH (fastupdate = on) WHERE searchable
"""

TITLES = """
DROP INDEX title_search;
CREATE INDEX title_search ON conversations_conversation
USING gin ({}(title, owner_id, id, created_at)) WITH (fastupdate = on, gin_pending_list_limit = 256) WHERE title <> ''
"""

NEW, OLD = "parley_tsv_2", "parley_tsv_1"
OLD_TSV = import_module("conversations.migrations.0002_search").TSV


class Migration(migrations.Migration):
    dependencies = [("conversations", "0014_shared_notes")]

    operations = [
        migrations.RunSQL(TSV, f"DROP FUNCTION {NEW}"),
        migrations.RunSQL(MESSAGES.format(NEW), MESSAGES.format(OLD)),
        migrations.RunSQL(TITLES.format(NEW), TITLES.format(OLD)),
        migrations.RunSQL(f"DROP FUNCTION {OLD}", OLD_TSV),
    ]
