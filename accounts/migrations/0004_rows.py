from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_session_of_user'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='rows',
            field=models.CharField(choices=[('comfortable', 'Titles and first words'), ('compact', 'Titles alone')], default='comfortable', max_length=12),
        ),
    ]
