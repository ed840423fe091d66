"""Functions of the database that columns and constraints call.

They are here, and not in Python, so that rows written by any way are folded and
checked alike. Definitions: docs/methodology.md#names and #dates.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# What is folded away, in this order: case and compatibility forms; accents, Arabic
# vowel marks and hamza seats (NFKD splits them off), tatweel; apostrophes, ayn and
# hamza, and signs without width; Persian and Kurdish letter forms, Arabic and Persian
# digits; the article in both scripts; punctuation.
FOLD_NAME = r"""
CREATE OR REPLACE FUNCTION fold_name(given text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT btrim(regexp_replace(
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    translate(
                        regexp_replace(
                            lower(normalize(given, NFKD)),
                            '[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640'
                            || '''`\u2018\u2019\u02bb\u02bc\u02be\u02bf\u0621'
                            || '\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]',
                            '', 'g'
                        ),
                        U&'\0649\06CC\06CE\06D0\0629\06D5\06BE\06C1\06A9\06C6\06C7\0671\0695\06B5'
                        || U&'\0660\0661\0662\0663\0664\0665\0666\0667\0668\0669'
                        || U&'\06F0\06F1\06F2\06F3\06F4\06F5\06F6\06F7\06F8\06F9',
                        U&'\064A\064A\064A\064A\0647\0647\0647\0647\0643\0648\0648\0627\0631\0644'
                        || '01234567890123456789'
                    ),
                    '\m(al|el|ul|as|ash|ad|adh|an|ar|at|ath|az)[-\u2010-\u2013]', '', 'g'
                ),
                '[][\s\-_.,;:/()"&+*!?\u060c\u061b\u061f\u2010-\u2015\u201c\u201d\u00ab\u00bb]+',
                ' ', 'g'
            ),
            '\m(al|el) ', '', 'g'
        ),
        '(^| )\u0627\u0644(?=[^ ]{2})', '\1', 'g'
    ),
    ' +', ' ', 'g'
))
$$
"""

# The consonants alone, in one alphabet, so that one name meets itself across scripts
# and spellings: Kata'ib Hezbollah, Kitaib Hizballah and كتائب حزب الله are `ktbhzbl`.
NAME_SKELETON = r"""
CREATE FUNCTION name_skeleton(given text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT regexp_replace(
    regexp_replace(
        regexp_replace(
            translate(
                regexp_replace(
                    regexp_replace(public.fold_name(given), '(s|k|g|t|d)h', '\1', 'g'),
                    'dj', 'j', 'g'
                ),
                U&'\0628\062A\062B\062C\062D\062E\062F\0630\0631\0632\0633\0634\0635\0636\0637\0638'
                || U&'\063A\0641\0642\0643\0644\0645\0646\0647\06AF\0686\067E\06A4'
                || 'qcvaeiouwy' || U&'\0627\0648\064A\0639',
                'bttjhkddrzsssdtzgfkklmnhgjbfkkf'
            ),
            'h( |$)', '\1', 'g'
        ),
        ' ', '', 'g'
    ),
    '(.)\1+', '\1', 'g'
)
$$
"""

SPAN_FITS = """
CREATE FUNCTION span_fits(first date, last date, exactness text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN first IS NULL OR last IS NULL
        THEN first IS NULL AND last IS NULL AND exactness = ''
    ELSE CASE exactness
        WHEN 'day' THEN last = first
        WHEN 'span' THEN last > first
        WHEN 'about' THEN last >= first
        WHEN 'month' THEN extract(day FROM first) = 1
            AND last = (first + interval '1 month' - interval '1 day')::date
        WHEN 'year' THEN extract(doy FROM first) = 1
            AND last = (first + interval '1 year' - interval '1 day')::date
        ELSE false
    END
END
$$
"""


def fold_again(table, *columns):
    """Fills the generated columns of a table anew, after a change of the functions.

    Nothing that anybody wrote changes, so no trigger runs: neither the history nor the
    feed has anything to tell.
    """
    same = ", ".join(f"{column} = {column}" for column in columns)
    digits = " OR ".join(f"{column} ~ '[\u0660-\u0669\u06f0-\u06f9]'" for column in columns)
    return migrations.RunSQL(
        f"ALTER TABLE {table} DISABLE TRIGGER USER;"
        f"UPDATE {table} SET {same} WHERE {digits};"
        f"ALTER TABLE {table} ENABLE TRIGGER USER",
        migrations.RunSQL.noop,
    )


OPERATIONS = [
    TrigramExtension(),
    migrations.RunSQL(FOLD_NAME, "DROP FUNCTION fold_name(text)"),
    migrations.RunSQL(NAME_SKELETON, "DROP FUNCTION name_skeleton(text)"),
    migrations.RunSQL(SPAN_FITS, "DROP FUNCTION span_fits(date, date, text)"),
]
