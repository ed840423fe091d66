"""Asking by key."""

from tests.factories import SECRET


def text_of(key):
    return f"msl_{key.prefix}_{SECRET}"


def by(key, **more):
    """What a test client sends with a request by this key."""
    return {"headers": {"authorization": f"Bearer {text_of(key)}", **more}}
