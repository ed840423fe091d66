"""Copies all that a key may read: python mirror.py https://musaala.example KEY copy.sqlite"""

import json
import sqlite3
import sys
import time

import httpx


def mirror(client, db):
    """Takes one page over. Returns the seconds to wait before the next."""
    kept = db.execute("SELECT next FROM place").fetchone()
    answer = client.get(kept[0] if kept else "/api/v1/changes/?page_size=200")
    if answer.status_code in (429, 503):  # asked too often, or it is busy
        return int(answer.headers.get("Retry-After", 60))
    with db:  # the page and the place behind it: both are kept, or neither is
        db.execute("DELETE FROM place")
        if answer.status_code == 410:  # the key's rights are others now: start over
            db.execute("DELETE FROM record")
            return 0
        page = answer.raise_for_status().json()
        for entry in page["results"]:
            row = (entry["noun"], entry["reference"], json.dumps(entry.get("record")))
            db.execute("REPLACE INTO record VALUES (?, ?, ?)", row)
        db.execute("DELETE FROM record WHERE json = 'null'")  # removed
        db.execute("INSERT INTO place VALUES (?)", [httpx.URL(page["next"]).raw_path.decode()])
    return 0 if page["more"] else 60


if __name__ == "__main__":
    db = sqlite3.connect(sys.argv[3])
    db.execute("CREATE TABLE IF NOT EXISTS place (next)")
    columns = "noun, reference, json, PRIMARY KEY (noun, reference)"
    db.execute(f"CREATE TABLE IF NOT EXISTS record ({columns})")
    client = httpx.Client(base_url=sys.argv[1], headers={"Authorization": f"Bearer {sys.argv[2]}"})
    while True:
        time.sleep(mirror(client, db))
