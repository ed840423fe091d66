"""Partner organisations: their keys, their use of the API, the feed of changes, releases."""

from partners.models.release import AUDIENCES, Release, audience_of

__all__ = ["AUDIENCES", "Release", "audience_of"]
