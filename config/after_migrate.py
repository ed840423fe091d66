"""What every `migrate` ends with: walls, the chain of history, the book of the feed, roles."""

from django.apps import apps
from django.db.models.signals import post_migrate

from partners.noting import note_changes
from records.chain import chain_history
from records.roles import make_roles
from records.walls import raise_walls

# The last app that Django tells of a migration: by then all tables and permissions are there.
LAST = [app for app in apps.get_app_configs() if app.models_module][-1]
post_migrate.connect(raise_walls, sender=LAST)
post_migrate.connect(chain_history, sender=LAST)
post_migrate.connect(note_changes, sender=LAST)
post_migrate.connect(make_roles, sender=LAST)
