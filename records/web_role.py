# The role of the database that answers people. It owns no table: records/walls.py.
WEB_ROLE = "musaala_web"

# Its rights to rows that are never deleted: a record is withdrawn, a person made inactive.
NEVER_DELETED = "SELECT, INSERT, UPDATE"
