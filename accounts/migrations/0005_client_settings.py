from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_rows'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClientSettings',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='client_settings', serialize=False, to='accounts.user')),
                ('value', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name_plural': 'client settings',
            },
        ),
    ]
