"""Partner organisations: their keys, their use of the API, the feed of changes."""
