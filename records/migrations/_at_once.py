"""Many operations with one rendering of the models, where Django makes one for each.

A first migration makes hundreds of tables, constraints and triggers. Rendering the
models anew for every one took most of a minute; for a whole batch it takes a moment.
"""

from django.db.migrations.operations.base import Operation


class AtOnce(Operation):
    """Operations of one kind that only need to know the models as all of them leave them."""

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return type(self).__name__, [], {"operations": self.operations}

    def state_forwards(self, app_label, state):
        state.clear_delayed_apps_cache()
        state.__dict__.pop("apps", None)  # rendered again when next asked for
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return "; ".join(operation.describe() for operation in self.operations)

    @property
    def reversible(self):
        return all(operation.reversible for operation in self.operations)
