"""Copies and checkpoints: the history is proven without its owner, and without the application."""

import json
import re
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from records.models import AuditEntry
from tests.factories import IncidentFactory
from tests.trail import (
    ENTRIES,
    EVENTS,
    INCIDENTS,
    ask,
    entry_of,
    last_event,
    past_the_triggers,
    rehash,
    settle,
    two_attacks,
    verify,
)


@pytest.fixture
def attacks():
    return two_attacks()


# Checkpoints


@pytest.fixture
def checkpoints(tmp_path, attacks):
    """A file with one checkpoint, of the end of the chain."""
    call_command("verify_history", "--checkpoint", str(tmp_path / "checkpoints"))
    return tmp_path / "checkpoints"


def json_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def forge_everything(row):
    """Row, event and entry, and every hash from there on: the chain alone does not tell."""
    event = last_event(row)
    with past_the_triggers(INCIDENTS, EVENTS, ENTRIES):
        ask(f"UPDATE {INCIDENTS} SET title = 'Fireworks' WHERE id = %s", row.pk)
        ask(f"UPDATE {EVENTS} SET title = 'Fireworks' WHERE pgh_id = %s", event)
        ask("SET LOCAL timezone = 'UTC'")
        ask(
            f"UPDATE {ENTRIES} SET content = (SELECT to_jsonb(event)::text FROM {EVENTS} AS event "
            "WHERE pgh_id = %s) WHERE sequence = %s",
            event,
            entry_of(event),
        )
    rehash(entry_of(event))


def test_a_chain_written_anew_is_found_against_a_checkpoint(attacks, checkpoints):
    forge_everything(attacks[1])

    assert verify() == []
    [said] = verify("--against", str(checkpoints))
    assert re.match(r"Checkpoint 1 of .+: entry \d+ had another hash", said)


def test_an_end_that_was_cut_off_is_found_against_a_checkpoint(attacks, checkpoints):
    event = last_event(attacks[0])
    sequence = entry_of(event)
    with past_the_triggers(INCIDENTS, EVENTS, ENTRIES):
        ask(f"DELETE FROM {ENTRIES} WHERE sequence >= %s", sequence)
        ask(f"DELETE FROM {EVENTS} WHERE pgh_id = %s", event)
        ask(
            f"UPDATE {INCIDENTS} AS now SET title = event.title, version = event.version, "
            f"updated_at = event.updated_at FROM {EVENTS} AS event "
            "WHERE event.pgh_obj_id = now.id AND now.id = %s",
            attacks[0].pk,
        )

    assert verify() == []
    [said] = verify("--against", str(checkpoints))
    assert said.endswith(f"the chain ends with entry {sequence - 1}. Its end was cut off.")


def test_a_chain_that_went_on_fulfils_its_checkpoints(checkpoints):
    IncidentFactory()
    settle()
    call_command("verify_history", "--checkpoint", str(checkpoints))

    assert len(checkpoints.read_text().splitlines()) == 2
    assert verify("--against", str(checkpoints)) == []


def test_a_checkpoint_of_an_empty_chain_is_fulfilled(tmp_path):
    call_command("verify_history", "--checkpoint", str(tmp_path / "first"))
    IncidentFactory()

    assert verify("--against", str(tmp_path / "first")) == []


@pytest.mark.parametrize("forge", ["sequence", "another key", "cut"])
def test_a_checkpoint_that_is_not_ours_is_found(checkpoints, forge, settings):
    if forge == "another key":
        settings.AUDIT_KEY = "another"
    elif forge == "cut":
        checkpoints.write_text(checkpoints.read_text()[:40])
    else:
        said = json.loads(checkpoints.read_text())
        checkpoints.write_text(json.dumps(said | {"sequence": 1}))

    assert verify("--against", str(checkpoints)) == [
        "Checkpoint 1 is not one of ours: it was changed, or made with another AUDIT_KEY."
    ]


def test_it_is_said_how_much_the_newest_checkpoint_does_not_prove(checkpoints, capsys):
    IncidentFactory()
    settle()
    last, (first,) = ask(f"SELECT max(sequence) FROM {ENTRIES}")[0][0], json_lines(checkpoints)

    call_command("verify_history", "--against", str(checkpoints))

    said = capsys.readouterr().err
    assert f"The newest checkpoint is of {first['made_at']}, 0 hours ago." in said
    assert f"which it does not prove: {last - first['sequence']}." in said


@pytest.mark.parametrize("of", ["database", "copy"])
def test_a_hash_that_somebody_was_told_is_asked_for(attacks, tmp_path, of):
    """However the mail that told it broke its line."""
    path = tmp_path / "copy.ndjson"
    ((told,),) = ask(f"SELECT hash FROM {ENTRIES} WHERE sequence = 2")
    broken = f"{told[:40].upper()} \n{told[40:]}"

    def asking():
        if of == "copy":
            call_command("verify_history", "--export", str(path))
        file = ["--file", str(path)] if of == "copy" else []
        call_command("verify_history", *file, "--hash", broken, verbosity=0)

    asking()
    with past_the_triggers(ENTRIES):
        ask(f"UPDATE {ENTRIES} SET content = content || ' ' WHERE sequence = 1")
    rehash(1)
    with pytest.raises(CommandError, match="not whole"):
        asking()


def test_a_checkpoint_may_be_printed(attacks):
    said = StringIO()

    call_command("verify_history", "--checkpoint", "-", stdout=said)

    assert json.loads(said.getvalue())["sequence"] == AuditEntry.objects.count()


# Copies


@pytest.fixture
def copy(tmp_path, attacks):
    path = tmp_path / "copy.ndjson"
    call_command("verify_history", "--export", str(path))
    return path


def tampered(copy, how):
    lines = copy.read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    match how:
        case "changed":
            lines[1] = lines[1].replace("TLP:CLEAR", "TLP:GREEN")
        case "taken out":
            del lines[1]
        case "swapped":
            lines[1], lines[2] = lines[2], lines[1]
        case "moved":
            lines[1] = json.dumps(entries[1] | {"event_table": "records_sourceevent"})
        case "cut":
            lines[-1] = lines[-1][:50]
    assert lines != copy.read_text().splitlines()
    copy.write_text("\n".join(lines) + "\n")


every_tampering = pytest.mark.parametrize(
    "how", ["changed", "taken out", "swapped", "moved", "cut"]
)


def test_a_copy_is_its_owner_s_alone(copy):
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_copy_is_verified_without_the_database(copy, django_assert_num_queries):
    with django_assert_num_queries(2):  # those of settle()
        assert verify("--file", str(copy)) == []


@every_tampering
def test_a_copy_that_was_tampered_with_is_found(copy, how):
    tampered(copy, how)

    assert verify("--file", str(copy))


def test_entries_out_of_order_are_named(copy):
    tampered(copy, "swapped")

    assert "Entry 2 comes after entry 3: out of order." in verify("--file", str(copy))


def test_a_copy_that_ends_early_is_found_against_a_checkpoint(copy, checkpoints):
    lines = copy.read_text().splitlines()
    copy.write_text("\n".join(lines[:-1]) + "\n")

    assert verify("--file", str(copy)) == []
    [said] = verify("--file", str(copy), "--against", str(checkpoints))
    assert said.endswith("Its end was cut off.")


@pytest.mark.parametrize("option", ["--file", "--against", "--export"])
def test_a_file_that_cannot_be_used_is_named(tmp_path, option):
    path = tmp_path / "no" / "such"

    with pytest.raises(CommandError, match=f"{path} cannot be (read|written): No such file"):
        call_command("verify_history", option, str(path))


# The rule as it is published


@pytest.fixture
def published(tmp_path):
    """The program of docs/security.md, run on a copy. It needs nothing of ours."""
    page = (settings.BASE_DIR / "docs/security.md").read_text()
    [program] = re.findall(r"```python\n(.+?)```", page, re.DOTALL)
    (tmp_path / "verify.py").write_text(program)

    def run(copy):
        command = [sys.executable, "-I", tmp_path / "verify.py", copy]
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)

    return run


def test_the_published_program_agrees_with_a_good_copy(copy, published):
    done = published(copy)

    last = AuditEntry.objects.latest("sequence")
    assert done.returncode == 0, done.stderr
    assert f"{last.sequence} entries" in done.stdout
    assert last.hash in done.stdout


@every_tampering
def test_the_published_program_finds_a_tampered_copy(copy, published, how):
    tampered(copy, how)

    assert published(copy).returncode == 1
