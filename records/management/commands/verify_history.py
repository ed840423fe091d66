import os
import re
import sys
from argparse import ArgumentTypeError
from contextlib import closing, contextmanager, nullcontext
from itertools import islice

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from records.proof import (
    Chain,
    age_of,
    checkpoint_of,
    faults_against,
    faults_of_hashes,
    line_of,
    read_checkpoints,
    read_copy,
)
from records.verifying import end_of_chain, entries, faults, kept_hashes, one_moment

SHOWN = 200  # faults: who forged a thousand rows is found by the first


def _hash(text):
    """As a mail tells it, whatever broke its line or wrote it large."""
    text = re.sub(r"\s", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ArgumentTypeError("A hash has 64 hexadecimal digits.")
    return text


class Command(BaseCommand):
    help = (
        "Verify that the history is whole, and that every row is as its history says. Exits "
        "with 1 if anything is wrong. FILE may be - for standard input or output."
    )

    def add_arguments(self, parser):
        does = parser.add_mutually_exclusive_group()
        does.add_argument("--export", metavar="FILE", help="write a copy that proves itself")
        does.add_argument("--checkpoint", metavar="FILE", help="add a line that says how it ends")
        does.add_argument("--file", metavar="FILE", help="verify a copy, without the database")
        parser.add_argument("--against", metavar="FILE", help="checkpoints it must fulfil")
        parser.add_argument(
            "--hash",
            metavar="HASH",
            dest="told",
            action="append",
            default=[],
            type=_hash,
            help="a hash that somebody was told, as by the weekly mail; may be given several times",
        )

    def handle(self, *, export, checkpoint, file, against, told, **options):
        self.quiet, self.told, self.last = options["verbosity"] == 0, told, None
        if export:
            self._export(export)
        elif checkpoint:
            self._checkpoint(checkpoint)
        else:
            checkpoints, found = self._read_checkpoints(against) if against else ({}, [])
            verify = self._of_copy(file, checkpoints) if file else self._of_database(checkpoints)
            with closing(verify):
                found += islice(verify, SHOWN)
            if against and self.last is not None:
                self._say(age_of(checkpoints, self.last, timezone.now()))
            self._report(found)

    def _say(self, text):
        if not self.quiet:
            self.stderr.write(text, style_func=str)
            self.stderr.flush()

    # What it does

    def _export(self, path):
        """It holds everything, whatever its marking: for its owner's eyes only."""
        with one_moment(), self._written(path, os.O_TRUNC) as copy:
            for entry in entries():
                copy.write(line_of(*entry) + "\n")

    def _checkpoint(self, path):
        with self._written(path, os.O_APPEND) as checkpoints:
            checkpoints.write(checkpoint_of(*end_of_chain()) + "\n")

    def _read_checkpoints(self, path):
        with self._read(path) as lines:
            return read_checkpoints(lines)

    def _of_copy(self, path, checkpoints):
        walk = Chain(sequence for sequence, *_more in checkpoints.values())
        kept = set()
        with self._read(path) as lines:
            try:
                yield from walk.faults(self._watched(read_copy(lines), kept))
            except ValueError as error:
                yield str(error)
        self._say(f"{walk.sequence:,} entries.")
        self.last = walk.sequence
        yield from faults_against(checkpoints, walk.sequence, walk.kept)
        yield from faults_of_hashes(self.told, kept)

    def _watched(self, copy, kept):
        """The entries, of which the hashes that somebody was told are kept."""
        for entry in copy:
            if entry[-1] in self.told:
                kept.add(entry[-1])
            yield entry

    def _of_database(self, checkpoints):
        with one_moment():
            self.last, _stated = end_of_chain()
            yield from faults(checkpoints, self._say)
            yield from faults_of_hashes(self.told, kept_hashes(self.told))

    def _report(self, found):
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            more = " or more" if len(found) >= SHOWN else ""
            raise CommandError(f"The history is not whole. Faults: {len(found)}{more}.")
        self.stdout.write("The history is whole.")

    # Files

    @contextmanager
    def _written(self, path, how):
        if path == "-":
            yield self.stdout._out
            return
        try:
            number = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
        with open(number, "w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(number)

    def _read(self, path):
        if path == "-":
            return nullcontext(sys.stdin)
        try:
            return open(path, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
