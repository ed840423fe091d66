"""Functions of the database that ask for a second administrator."""

KEEPS_PEOPLE = """
CREATE FUNCTION keeps_people(person bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM records_user AS named
    WHERE named.id = person AND named.is_active AND (named.is_superuser OR EXISTS (
        SELECT FROM auth_permission AS held
        JOIN django_content_type AS of_model ON of_model.id = held.content_type_id
        WHERE of_model.app_label = 'records' AND held.codename = 'change_user' AND (
            EXISTS (
                SELECT FROM records_user_user_permissions AS singly
                WHERE singly.user_id = person AND singly.permission_id = held.id
            ) OR EXISTS (
                SELECT FROM records_user_groups AS roles
                JOIN auth_group_permissions AS of_role ON of_role.group_id = roles.group_id
                WHERE roles.user_id = person AND of_role.permission_id = held.id
            )
        )
    ))
)
$$
"""
DROP_KEEPS_PEOPLE = "DROP FUNCTION keeps_people(bigint)"

# The request that was agreed to in this transaction, by who is signed in. Its trigger has
# stamped the moment, so that what was agreed to yesterday opens nothing today.
AGREED_NOW = """
CREATE FUNCTION agreed_now(concerned bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
SELECT id FROM records_grant
WHERE person_id = concerned
    AND agreed_by_id = viewer_person()
    AND agreed_at = transaction_timestamp()
ORDER BY id DESC LIMIT 1
$$
"""
DROP_AGREED_NOW = "DROP FUNCTION agreed_now(bigint)"
