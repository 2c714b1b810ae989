from django.db import migrations

FORWARDS = """
CREATE FUNCTION parley_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only.';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION parley_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER append_only ON accounts_auditevent;
DROP FUNCTION parley_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_start")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
