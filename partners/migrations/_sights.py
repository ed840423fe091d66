"""Changes are found by who could read before and after: docs/adr/0026-the-feed.md."""

from django.db import migrations

from partners.migrations._changes import FIXED_PATH, NOTE_CHANGE

COLUMNS = ["said"] + [
    f"{when}_{column}"
    for when in ("before", "after")
    for column in ("rank", "organisations", "readers")
]


def _key(row):
    return f"md5(ROW({', '.join(f'{row}.{column}' for column in COLUMNS)})::text)::uuid"


WITH_SIGHT = f"""
    change.sight := {_key("change")};
    INSERT INTO partners_sight (key, {", ".join(COLUMNS)})
    VALUES (change.sight, {", ".join(f"change.{column}" for column in COLUMNS)})
    ON CONFLICT DO NOTHING;
    change.number := nextval"""
# The book is append-only to everybody else.
FILL = f"""
ALTER TABLE partners_change DISABLE TRIGGER USER;
UPDATE partners_change AS change SET sight = {_key("change")};
ALTER TABLE partners_change ENABLE TRIGGER USER;
INSERT INTO partners_sight (key, {", ".join(COLUMNS)})
SELECT DISTINCT ON (sight) sight, {", ".join(COLUMNS)} FROM partners_change;
"""

OPERATIONS = [
    migrations.RunSQL(FILL, migrations.RunSQL.noop),
    migrations.RunSQL(
        NOTE_CHANGE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
            "\n    change.number := nextval", WITH_SIGHT
        ),
        NOTE_CHANGE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    ),
    migrations.RunSQL(FIXED_PATH, FIXED_PATH),
]
