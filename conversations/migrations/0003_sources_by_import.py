import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """An original per import that changed something, instead of one per conversation; and batches that are undone."""

    dependencies = [("conversations", "0002_search")]

    operations = [
        # PostgreSQL cannot give a filled table a second primary key; nothing was released with the first one.
        migrations.DeleteModel("Source"),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("conversation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="sources", to="conversations.conversation")),
                ("import_batch", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="conversations.importbatch")),
                ("format", models.CharField(max_length=32)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("payload", models.BinaryField()),
            ],
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="status",
            field=models.CharField(
                choices=[("waiting", "Waiting"), ("running", "Running"), ("cancelling", "Cancelling"), ("cancelled", "Cancelled"), ("done", "Done"), ("failed", "Failed"), ("undoing", "Undoing"), ("undone", "Undone")],
                default="waiting",
                max_length=12,
            ),
        ),
        migrations.RemoveIndex(model_name="importbatch", name="batches_open"),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(models.F("created_at"), condition=models.Q(("status__in", ["waiting", "running", "cancelling", "undoing"])), name="batches_open"),
        ),
    ]
