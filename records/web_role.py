# The role of the database that answers people. It owns no table: records/walls.py.
WEB_ROLE = "musaala_web"
