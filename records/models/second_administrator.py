"""Triggers that ask for a second administrator, whatever way the web role writes.

They hold what records/granting.py tells people: a sign-in is made without any right, and
whatever it is given afterwards, or whatever would let somebody take it over, is done in
the transaction in which another administrator agreed to exactly that. To take something
away takes one. The owner of the tables, at work for nobody, is not asked.
"""

import pgtrigger

from records.rights import NAMES
from records.web_role import WEB_ROLE

DECLARED = [("given", "records_grant%ROWTYPE"), ("refused", "text")]


def held(name, operation, func):
    """A trigger of the web role alone, in which `refused` says why not."""
    return pgtrigger.Trigger(
        name=name,
        operation=operation,
        when=pgtrigger.Before,
        declare=DECLARED,
        func=f"""
            IF current_user <> '{WEB_ROLE}' THEN
                RETURN coalesce(NEW, OLD);
            END IF;
            {func}
            IF refused IS NOT NULL THEN
                RAISE insufficient_privilege USING MESSAGE = refused;
            END IF;
            RETURN coalesce(NEW, OLD);
        """,
    )


def _agreed_for(person):
    return f"SELECT * INTO given FROM records_grant WHERE id = agreed_now({person});"


# At sign-in a password may be hashed anew: by then nobody is signed in.
OF_SIGN_IN = held(
    "a_second_administrator",
    pgtrigger.Insert | pgtrigger.Update,
    f"""
            IF TG_OP = 'INSERT' THEN
                IF NEW.is_active OR NEW.is_staff OR NEW.is_superuser
                    OR NEW.organisation_id IS NOT NULL
                    OR NEW.clearance <> 'TLP:CLEAR'
                    OR NEW.password NOT LIKE '!%'
                THEN
                    refused := 'A new sign-in has no right: ask for what it needs.';
                END IF;
            ELSE
                {_agreed_for("OLD.id")}
                IF NEW.id <> OLD.id
                    OR NEW.is_superuser AND NOT OLD.is_superuser
                    OR NEW.is_active AND NOT OLD.is_active AND given.is_active IS NOT TRUE
                    OR NEW.is_staff AND NOT OLD.is_staff AND given.is_staff IS NOT TRUE
                    OR NEW.organisation_id IS DISTINCT FROM OLD.organisation_id
                        AND NEW.organisation_id IS NOT NULL
                        AND NEW.organisation_id IS DISTINCT FROM given.organisation_id
                    OR tlp_rank(NEW.clearance) > tlp_rank(OLD.clearance)
                        AND NEW.clearance IS DISTINCT FROM given.clearance
                THEN
                    refused := 'It takes a second administrator to widen what somebody may do.';
                ELSIF NEW.password <> OLD.password
                    AND viewer_person() <> OLD.id
                    AND given.new_password IS NOT TRUE
                THEN
                    refused := 'It takes a second administrator to set another''s password.';
                END IF;
            END IF;
    """,
)
OF_ROLES = held(
    "a_second_administrator",
    pgtrigger.Insert | pgtrigger.Update,
    f"""
            {_agreed_for("NEW.user_id")}
            IF NOT coalesce(NEW.group_id = ANY (given.roles), false) THEN
                refused := 'It takes a second administrator to give a role.';
            END IF;
    """,
)
OF_SINGLE_RIGHTS = held(
    "a_second_administrator",
    pgtrigger.Insert | pgtrigger.Update,
    f"""
            {_agreed_for("NEW.user_id")}
            IF given.may_read_names IS NOT TRUE OR NOT EXISTS (
                SELECT FROM auth_permission JOIN django_content_type AS of_model
                    ON of_model.id = content_type_id
                WHERE auth_permission.id = NEW.permission_id
                    AND app_label || '.' || codename = '{NAMES}'
            ) THEN
                refused := 'It takes a second administrator to give the right to names.';
            END IF;
    """,
)


def of_devices(owner, secrets):
    """For a table of what proves who signs in: nobody else's is made, changed or taken away.

    owner: SQL for the person a `{row}` belongs to.
    secrets: columns that change in a proof only when it becomes another.
    """
    new, old = owner.format(row="NEW"), owner.format(row="OLD")
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in secrets)
    return held(
        "a_second_administrator",
        pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        f"""
            IF TG_OP = 'DELETE' THEN
                {_agreed_for(old)}
                IF viewer_person() <> {old} AND given.devices_away IS NOT TRUE THEN
                    refused := 'It takes a second administrator to take away a proof.';
                END IF;
            ELSIF TG_OP = 'INSERT' THEN
                IF viewer_person() IS DISTINCT FROM {new} THEN
                    refused := 'Everybody sets up what proves who he is himself.';
                END IF;
            ELSIF {changed} THEN
                refused := 'What proves who signs in is made anew, not changed.';
            END IF;
        """,
    )
