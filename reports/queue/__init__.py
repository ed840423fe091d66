"""The monitors' queue: what waits to be done, worked out from the records for a day.

rules.py says what is in it, items.py reads it, planning.py writes down who sees to what,
digest.py tells people by mail. Definitions: docs/methodology.md#the-queue.
"""
