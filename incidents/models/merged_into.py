"""What an incident was merged into is merged nowhere itself: no chains, so no circles."""

import pgtrigger

from records.web_role import WEB_ROLE

# The functions of incidents/migrations/_merging.py lock both rows before, and alone write it.
MERGED_INTO_THE_LAST = pgtrigger.Trigger(
    name="merged_into_the_last",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    declare=[("before", "bigint")],
    func=f"""
        IF TG_OP = 'UPDATE' THEN
            before := OLD.merged_into_id;
        END IF;
        IF NEW.merged_into_id IS NOT DISTINCT FROM before THEN
            RETURN NEW;
        ELSIF current_user = '{WEB_ROLE}' THEN
            RAISE insufficient_privilege USING MESSAGE =
                'Incidents are merged, and unmerged, by the functions for it alone.';
        ELSIF NEW.merged_into_id IS NOT NULL AND (
            EXISTS (
                SELECT FROM incidents_incident
                WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL
            ) OR EXISTS (
                SELECT FROM incidents_incident WHERE merged_into_id = NEW.id
            )
        ) THEN
            RAISE check_violation USING
                CONSTRAINT = 'incident_merged_into_the_last', TABLE = TG_TABLE_NAME,
                MESSAGE = 'An incident is merged into one that is merged nowhere itself.';
        END IF;
        RETURN NEW;
    """,
)
