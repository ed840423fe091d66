from django.db import migrations

from records.migrations._functions import fold_again


class Migration(migrations.Migration):
    dependencies = [
        ("militias", "0005_moment_all_readers_see"),
        ("records", "0014_digits_are_folded"),
    ]

    operations = [
        fold_again("militias_group", "name", "name_ar"),
        fold_again("militias_groupname", "text"),
        fold_again("militias_person", "name", "name_ar"),
        fold_again("militias_personname", "text"),
    ]
