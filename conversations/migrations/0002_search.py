"""How text becomes what search compares, and the index over it. What is found and why: docs/search.md.

The functions carry a version in their names: an index holds what they returned when a row was written, so a body never
changes. A better one is called parley_…_2, gets an index of its own, and the old pair goes when nothing asks for it.

No contrib extension and no text search parser. PostgreSQL's own skips what looks like HTML, keeps paths, addresses and
runs of Chinese whole, drops symbols, and takes longer than array_to_tsvector (measured: 32 against 20 µs a message). The
bodies are SQL-standard: names are bound when they are made, so a restore under an empty search_path builds the index.
"""

from django.db import migrations

FOLD = r"""
-- Text as search compares it: lower-case words without accents, one space between two. Chosen ranges rather than
-- [[:alnum:]], which means something else under every locale.
CREATE FUNCTION parley_fold_1(text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
BEGIN ATOMIC
    -- 4. What is still there is a word. The longest is 64 characters: a vector has 11 bits for a word's length, and
    --    array_to_tsvector does not look; nobody types more of a base64 blob either.
    SELECT pg_catalog.regexp_replace(
        CASE WHEN marked ~ '[^ ]{65}' THEN pg_catalog.regexp_replace(marked, '([^ ]{64})[^ ]+', '\1', 'g') ELSE marked END,
        '[\u0001-\u002f\u003a-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb-\u00bf\u00d7\u00f7'
        '\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965'
        '\u0f0b-\u0f14\u10fb\u1361-\u1368\u2000-\u206f\u20a0-\u20cf\u2500-\u259f\u2e00-\u2e7f\u3000-\u303f'
        '\ue000-\uf8ff\ufff0-\uffff]+', ' ', 'g')
    -- 3. The names that are nothing but a letter without their symbols.
    FROM (SELECT pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
              plain, '++', ' plusplus '), 'c#', 'c sharp '), 'f#', 'f sharp ') AS marked
    FROM (SELECT
        CASE
        -- 1. Most text is ASCII, and then there is nothing to strip (26 µs a message against 60).
        WHEN pg_catalog.octet_length(start) = pg_catalog.length(start) THEN pg_catalog.lower(start)
        -- 2. Compatibility forms taken apart (one glyph may be 18 characters, hence the second `left`), accents, vowel
        --    points and invisible joiners dropped, the rest put together again; then every character of a script that
        --    puts no spaces between words, and every emoji, stands alone, so that a phrase of them is a substring.
        ELSE pg_catalog.regexp_replace(
            normalize(
                pg_catalog.replace(pg_catalog.translate(pg_catalog.regexp_replace(
                    pg_catalog.lower(pg_catalog.left(normalize(start, NFKD), 200000)),
                    '[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f'
                    '\u00ad\u200c\u200d\u2060\ufeff]', '', 'g'),
                    'łøđħıς', 'lodhiσ'), 'ß', 'ss'),
                NFC),
            '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u24ff\u25a0-\u2bff\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff'
            '\uac00-\ud7af\uf900-\ufaff\U0001f000-\U0003ffff])', ' \1 ', 'g')
        END AS plain
    -- OFFSET 0 keeps each step one step: merged into the next, a long text would be unpacked and folded several times.
    FROM (SELECT pg_catalog.left(coalesce(text, ''), 100000) AS start OFFSET 0) AS a OFFSET 0) AS b OFFSET 0) AS c;
END
"""

# A token begins with a space, and no word holds one: nothing anybody writes can pass for a token.
TSV = r"""
-- Its words, and tokens for what never changes about a row: owner, owner and month, conversation, month (since year 0).
CREATE FUNCTION parley_tsv_1(text text, owner uuid, conversation uuid, at timestamptz) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
RETURN pg_catalog.array_to_tsvector(
    pg_catalog.array_remove(pg_catalog.string_to_array(parley_fold_1(text), ' '), '')
    || ARRAY[
        ' o' || owner::text,
        ' m' || owner::text || ':' || (12 * extract(year FROM pg_catalog.timezone('UTC', at))
                                       + extract(month FROM pg_catalog.timezone('UTC', at)))::integer::text,
        ' c' || conversation::text,
        ' t' || (12 * extract(year FROM pg_catalog.timezone('UTC', at))
                 + extract(month FROM pg_catalog.timezone('UTC', at)))::integer::text
    ]
)
"""

# Every search reads the pending list from end to end, and whoever fills it empties it while a person waits: so it is
# kept short. An importer empties it after its last batch: SELECT gin_clean_pending_list('message_search').
MESSAGES = """
CREATE INDEX message_search ON conversations_message
USING gin (parley_tsv_1(text, owner_id, conversation_id, created_at))
WITH (fastupdate = on, gin_pending_list_limit = 512)
WHERE searchable
"""

TITLES = """
CREATE INDEX title_search ON conversations_conversation
USING gin (parley_tsv_1(title, owner_id, id, created_at))
WITH (fastupdate = on, gin_pending_list_limit = 256)
WHERE title <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_start")]

    operations = [
        migrations.RunSQL(FOLD, "DROP FUNCTION parley_fold_1"),
        migrations.RunSQL(TSV, "DROP FUNCTION parley_tsv_1"),
        migrations.RunSQL(MESSAGES, "DROP INDEX message_search"),
        migrations.RunSQL(TITLES, "DROP INDEX title_search"),
    ]
