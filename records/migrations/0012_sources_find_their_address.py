"""Sources of before are recognised too. No version and no history: they say what they said."""

from django.db import migrations

from records.addresses import key_of


def find_keys(apps, schema_editor):
    sources = apps.get_model("records", "Source").objects
    schema_editor.execute("ALTER TABLE records_source DISABLE TRIGGER USER")
    rows = sources.exclude(address="", archived_address="")
    for pk, address, archived in rows.values_list("pk", "address", "archived_address").iterator():
        sources.filter(pk=pk).update(address_key=key_of(address), archived_key=key_of(archived))
    schema_editor.execute("ALTER TABLE records_source ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("records", "0011_source_recognised_by_address")]

    operations = [migrations.RunPython(find_keys, migrations.RunPython.noop)]
