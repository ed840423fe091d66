from django.db import migrations

from records.migrations._functions import fold_again


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0006_imports"),
        ("records", "0014_digits_are_folded"),
    ]

    operations = [
        fold_again("incidents_place", "name", "name_ar"),
        fold_again("incidents_placename", "text"),
    ]
