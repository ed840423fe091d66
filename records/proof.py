"""The rule of the chain: docs/security.md#verifying-the-history. It needs no database.

A copy is a file of one JSON object a line: sequence, event_table, content, hash. A
checkpoint is a line that says what the chain's last entry was at some moment, signed, to
be kept where whoever owns the database cannot write.
"""

import hmac
import json
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

BEFORE_THE_FIRST = "0" * 64


def hash_of(previous, sequence, event_table, content):
    return sha256(f"{previous}\n{sequence}\n{event_table}\n{content}".encode()).hexdigest()


class Chain:
    """Walks along the entries, and remembers where it is and the hashes it was asked to keep."""

    def __init__(self, keep=()):
        self.sequence = 0
        self.hash = BEFORE_THE_FIRST
        self.kept = {0: BEFORE_THE_FIRST}
        self._keep = frozenset(keep)

    def faults(self, entries):
        """A sentence for each thing that is wrong with (sequence, event_table, content, hash)."""
        for entry in entries:
            yield from self._faults_at(*entry)

    def _faults_at(self, sequence, event_table, content, stated):
        before, previous = self.sequence, self.hash
        self.sequence, self.hash = sequence, stated
        if sequence in self._keep:
            self.kept[sequence] = stated
        if sequence <= before:
            yield f"Entry {sequence} comes after entry {before}: out of order."
        elif sequence > before + 1:
            first, last = before + 1, sequence - 1
            yield (
                f"Entry {first} is missing."
                if first == last
                else (f"Entries {first} to {last} are missing.")
            )
        elif stated != hash_of(previous, sequence, event_table, content):
            yield (
                f"Entry {sequence} ({event_table}): its hash does not follow from what it says "
                f"and from the hash of entry {before}. It was changed after it was written."
            )


# Copies


def line_of(sequence, event_table, content, stated):
    return json.dumps(
        {"sequence": sequence, "event_table": event_table, "content": content, "hash": stated}
    )


def read_copy(lines):
    """The entries of a copy.

    Raises:
        ValueError: a line is not an entry; the text says which.
    """
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            found = entry["sequence"], entry["event_table"], entry["content"], entry["hash"]
        except (ValueError, TypeError, KeyError):
            found = ()
        if [type(value) for value in found] != [int, str, str, str]:
            raise ValueError(f"Line {number} is not an entry: it was cut or changed.")
        yield found


# Checkpoints


def checkpoint_of(sequence, stated):
    """A signed line that says with which entry the chain ends."""
    said = {"sequence": sequence, "hash": stated, "made_at": timezone.now().isoformat()}
    return json.dumps(said | {"signature": _signature(said)})


def read_checkpoints(lines):
    """The checkpoints that are ours, by line number, and a sentence for each that is not."""
    good, faults = {}, []
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            if not hmac.compare_digest(said.pop("signature").encode(), _signature(said).encode()):
                raise ValueError
            good[number] = said["sequence"], said["hash"], said["made_at"]
        except (ValueError, TypeError, KeyError, AttributeError):
            faults.append(
                f"Checkpoint {number} is not one of ours: it was changed, or made with another "
                "AUDIT_KEY."
            )
    return good, faults


def faults_of_hashes(told, kept):
    """A sentence for each hash that somebody was told, and no entry has any more."""
    for stated in told:
        if stated not in kept and stated != BEFORE_THE_FIRST:
            yield (
                f"No entry has the hash {stated}, which somebody was told. The chain was written "
                "anew, or its end was cut off."
            )


def age_of(checkpoints, last, now):
    """What the newest checkpoint proves, as a sentence."""
    newest = max(checkpoints.values(), key=lambda each: each[2], default=None)
    if newest is None:
        return "No checkpoint of ours was given: nothing proves that no end was cut off."
    sequence, _stated, made_at = newest
    age = now - datetime.fromisoformat(made_at)
    return (
        f"The newest checkpoint is of {made_at}, {age // timedelta(hours=1):,} hours ago. Entries "
        f"written since, which it does not prove: {last - sequence:,}."
    )


def faults_against(checkpoints, last, kept):
    """A sentence for each checkpoint that a chain does not fulfil.

    last: the last sequence of the chain; kept: its hashes by sequence, None if not there.
    """
    for number, (sequence, stated, made_at) in checkpoints.items():
        if sequence > last:
            yield (
                f"Checkpoint {number} of {made_at}: entry {sequence} was there, and the chain "
                f"ends with entry {last}. Its end was cut off."
            )
        elif kept.get(sequence) != stated:
            yield (
                f"Checkpoint {number} of {made_at}: entry {sequence} had another hash. The chain "
                "was written anew, from that entry or one before it."
            )


def _signature(said):
    words = "\n".join(str(said[name]) for name in ("sequence", "hash", "made_at"))
    secret = settings.AUDIT_KEY
    return salted_hmac("musaala.checkpoint", words, secret=secret, algorithm="sha256").hexdigest()
