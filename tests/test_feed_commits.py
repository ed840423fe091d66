"""Many write at once and slowly, and no reader of the feed misses anything."""

import random
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from records.gate import unrestricted
from tests.factories import SourceFactory
from tests.feeding import Reader
from tests.trail import ask

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, CHANGES, READERS, PAGE = 12, 400, 3, 7
SLOWEST = 0.08  # seconds for which a transaction stays open after it wrote
PAUSE = 0.2  # seconds between two of one writer: readers keep up, and meet what is half done


@pytest.fixture(autouse=True)
def _a_connection_for_each():
    """So that all work at once: by default the later ones would wait for the first to end."""
    pool = connection.settings_dict["OPTIONS"]["pool"]
    connection.close()
    connection.close_pool()
    largest, pool["max_size"] = pool["max_size"], WRITERS + READERS + 1
    yield
    connection.close()
    connection.close_pool()
    pool["max_size"] = largest


def test_no_reader_misses_doubles_or_disorders_anything():
    written, readers = many_at_once(lambda: None)

    assert sum(written.values()) == CHANGES
    for reader in readers:
        assert told(reader) == {reference: number + 1 for reference, number in written.items()}
        assert doubled(reader) == []
        assert out_of_order(reader) == []
        assert reader.copy == reader.readable()


def test_numbers_taken_when_a_change_is_written_would_lose_some():
    """The test above can fail: this is how most feeds are made."""
    with numbered_when_written():
        written, readers = many_at_once(number_at_once)

    all_of_them = sum(written.values()) + len(written)
    missed = [all_of_them - sum(told(reader).values()) for reader in readers]
    assert min(missed) > 0, missed


def many_at_once(begin):
    """({reference: changes written}, the readers who followed all the while)."""
    sources = SourceFactory.create_batch(WRITERS * 2)
    readers = [Reader(page_size=PAGE) for _again in range(READERS)]
    left, ended, failed = iter(range(CHANGES)), threading.Event(), []
    turn, written = threading.Lock(), Counter()

    def write(seed):
        chance = random.Random(seed)
        while True:
            with turn:
                number = next(left, None)
            if number is None:
                return
            row = chance.choice(sources)
            with transaction.atomic():
                begin()
                note_one_more(row)
                time.sleep(chance.random() * SLOWEST)
            with turn:
                written[row.reference] += 1
            time.sleep(PAUSE)

    def read(reader):
        while not ended.is_set():
            reader.follow()
        reader.follow()

    writing = [in_a_thread(write, failed, seed) for seed in range(WRITERS)]
    reading = [in_a_thread(read, failed, reader) for reader in readers]
    for thread in writing:
        thread.join()
    ended.set()
    for thread in reading:
        thread.join()
    assert failed == []
    return written, readers


def note_one_more(row):
    """The note counts the changes of its record."""
    ask(
        "UPDATE records_source SET note = (coalesce(nullif(note, ''), '0')::int + 1)::text "
        "WHERE id = %s",
        row.pk,
    )


def in_a_thread(work, failed, argument):
    def run():
        try:
            with unrestricted("tests"):
                work(argument)
        except Exception as error:  # shown in the test's own thread
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def told(reader):
    return Counter(entry["reference"] for entry in reader.told)


def doubled(reader):
    seen = Counter((entry["reference"], entry["version"]) for entry in reader.told)
    return [each for each, times in seen.items() if times > 1]


def out_of_order(reader):
    """Where a record is older than it was told before."""
    last, wrong = {}, []
    for entry in reader.told:
        count = int(entry["record"]["note"] or 0)
        if count < last.get(entry["reference"], 0):
            wrong.append(entry)
        last[entry["reference"]] = count
    return wrong


def number_at_once():
    ask("SET CONSTRAINTS feed_said IMMEDIATE")


@contextmanager
def numbered_when_written():
    """No lock, so that a number says when a change was written and not when it was committed."""
    named = "'note_change(partners_change)'::regprocedure"
    ((as_it_is,),) = ask(f"SELECT pg_get_functiondef({named})")
    lock = next(line for line in as_it_is.splitlines() if "pg_advisory_xact_lock" in line)
    ask(as_it_is.replace(lock, "").replace("%", "%%"))
    try:
        yield
    finally:
        ask(as_it_is.replace("%", "%%"))
