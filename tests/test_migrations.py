from io import StringIO

from django.core.management import call_command


def test_the_migrations_say_what_the_models_say():
    said = StringIO()

    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said)
    except SystemExit:
        raise AssertionError(said.getvalue()) from None
