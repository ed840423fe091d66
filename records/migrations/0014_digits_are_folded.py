from django.db import migrations

from records.migrations._functions import FOLD_NAME


class Migration(migrations.Migration):
    """Arabic and Persian digits are those of the West, in names: اللواء ٤٥ is اللواء 45.

    Not undone: the function of before would be the one of records/migrations/_functions.py.
    """

    dependencies = [("records", "0013_stored_files")]

    operations = [migrations.RunSQL(FOLD_NAME, migrations.RunSQL.noop)]
