"""Names that are found in any spelling and either script.

Folding is done by the database (`fold_name`, `name_skeleton`, records/migrations/0001):
stored columns and search terms pass through the same two functions.
"""

import pghistory
import psycopg
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, models
from django.db.models import Case, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Concat, Greatest, Least, Length
from django.db.models.lookups import Exact
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from records.gate import GatedQuerySet
from records.models.audience import PART_AUDIENCE, Part
from records.models.keyed import KeyedManager

SIMILAR_ENOUGH = 0.6  # of the term's trigrams, in one stretch of the name
SHORTEST_TERM = 2  # one letter is in nearly every name
NOT_QUITE = 0.95  # at most, of a name that is not the term itself
SHORTEST_SKELETON = 4  # below this, consonants alone match nearly everything


class NameKind(models.TextChoices):
    OFFICIAL = "official", _("Official name")
    ALIAS = "alias", _("Alias")
    TRANSLITERATION = "transliteration", _("Transliteration")
    TRANSLATION = "translation", _("Translation")
    ABBREVIATION = "abbreviation", _("Abbreviation")
    HISTORIC = "historic", _("Historic name")


class Script(models.TextChoices):
    """ISO 15924 codes."""

    LATIN = "Latn", _("Latin")
    ARABIC = "Arab", _("Arabic")
    HEBREW = "Hebr", _("Hebrew")


HEBREW_LETTERS = range(0x0590, 0x0600)
ARABIC_LETTERS = range(0x0600, 0x0780)


def script_of(text):
    """The script of the first letter that is in one of ours, Latin if none is."""
    for sign in map(ord, text):
        if sign in ARABIC_LETTERS:
            return Script.ARABIC
        if sign in HEBREW_LETTERS:
            return Script.HEBREW
    return Script.LATIN


def folded(expression):
    return Func(expression, function="fold_name", output_field=models.TextField())


def skeleton(expression):
    return Func(expression, function="name_skeleton", output_field=models.TextField())


@sensitive_variables("text")
def words_of(text):
    """The different words of a text, folded. One query, which no log of queries holds.

    The text goes to the database beside the statement, not in it: so neither Django's log
    of queries, nor that of PostgreSQL's errors, nor its list of activity shows it.
    """
    if "\0" in text:
        return []
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute("SELECT fold_name(%s::text)", [text])
        return sorted(set(cursor.fetchone()[0].split()))


def fold_all(texts):
    """Each of the texts folded: {text: folded}. One query."""
    texts = [text for text in texts if "\0" not in text]
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute("SELECT fold_name(given) FROM unnest(%s::text[]) AS given", [texts])
        return dict(zip(texts, (found for (found,) in cursor.fetchall()), strict=True))


def both(name, name_ar, fold):
    """English and Arabic label, folded, in one searchable text."""
    return Concat(fold(F(name)), Value(" "), fold(F(name_ar)), output_field=models.TextField())


def label(name, name_ar):
    """The one of two labels to show: the Arabic one to Arabic readers, if there is one."""
    return name_ar if name_ar and get_language() == "ar" else name


class SpelledQuerySet(GatedQuerySet):
    """Rows with the columns `normalised` and `skeleton`."""

    def spelled_like(self, term):
        """Rows whose name is `term`, contains it, or is it in another spelling."""
        term = Value(term, output_field=models.TextField())
        return (
            self.annotate(
                term=folded(term),
                term_skeleton=skeleton(term),
                likeness=TrigramWordSimilarity(folded(term), "normalised"),
            )
            .annotate(letters=Length("term"), consonants=Length("term_skeleton"))
            .filter(
                Q(letters__gte=SHORTEST_TERM)
                & (
                    Q(normalised__contains=F("term"))
                    | Q(likeness__gte=SIMILAR_ENOUGH)
                    | Q(consonants__gte=SHORTEST_SKELETON, skeleton__contains=F("term_skeleton"))
                )
            )
        )


class Named(models.Model):
    """A noun with one English and one Arabic label; its other names are rows beside it."""

    name = models.CharField(_("name"), max_length=200)
    name_ar = models.CharField(_("Arabic name"), max_length=200, blank=True)
    normalised = models.GeneratedField(
        expression=both("name", "name_ar", folded), output_field=models.TextField(), db_persist=True
    )
    skeleton = models.GeneratedField(
        expression=both("name", "name_ar", skeleton),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        abstract = True
        indexes = [
            GinIndex(fields=["normalised"], opclasses=["gin_trgm_ops"], name="%(class)s_normalised")
        ]

    def __str__(self):
        return label(self.name, self.name_ar)


class NamedQuerySet(SpelledQuerySet):
    short_names: tuple[str, ...] = ()  # columns that are the term as a whole, or are not meant

    def named_like(self, term):
        """Rows one of whose names is, contains or sounds like `term`, best first.

        Makes one query. Matching: docs/methodology.md#names.
        """
        others = self.model.names.rel.related_model.objects.visible_to(self.viewer)
        others = others.spelled_like(term)
        own = self.model._default_manager.visible_to(self.viewer).spelled_like(term)
        exact = folded(Value(term, output_field=models.TextField()))
        short = Q(
            *(Q(Exact(folded(F(name)), exact)) & ~Q(**{name: ""}) for name in self.short_names),
            _connector=Q.OR,
        )
        short = short if self.short_names else Q(pk__in=[])
        return (
            self.filter(Q(pk__in=own.values("pk")) | Q(pk__in=others.values("bearer")) | short)
            .annotate(
                nearness=Greatest(
                    Case(
                        When(
                            Q(Exact(folded(F("name")), exact))
                            | Q(Exact(folded(F("name_ar")), exact))
                            | Q(pk__in=others.filter(normalised=exact).values("bearer"))
                            | short,
                            then=2.0,
                        ),
                        default=0.0,
                    ),
                    TrigramWordSimilarity(exact, "normalised"),
                    output_field=models.FloatField(),
                )
            )
            .order_by("-nearness", "name")
        )

    def with_likeness(self, term):
        """As `named_like`, with `likeness`: 1 for the name itself, less for one like it.

        It is that of the name most like it: of its letters, or of its consonants alone.
        """
        others = self.model.names.rel.related_model.objects.visible_to(self.viewer)
        term = Value(term, output_field=models.TextField())
        best = others.filter(bearer=OuterRef("pk")).annotate(
            alike=Greatest(
                TrigramWordSimilarity(folded(term), "normalised"),
                TrigramWordSimilarity(skeleton(term), "skeleton") * NOT_QUITE,
            )
        )
        return (
            self.named_like(term.value)
            .annotate(
                likeness=Case(
                    When(nearness=2.0, then=1.0),
                    default=Least(
                        NOT_QUITE,
                        Greatest(
                            "nearness",
                            TrigramWordSimilarity(skeleton(term), "skeleton") * NOT_QUITE,
                            Subquery(best.order_by("-alike").values("alike")[:1]),
                        ),
                    ),
                    output_field=models.FloatField(),
                )
            )
            .order_by("-likeness", "name")
        )


class NameManager(KeyedManager.from_queryset(SpelledQuerySet)):
    pass


class Name(Part):
    """One further name of something, as one source or language community writes it."""

    KEY = ("bearer", "text", "language")

    text = models.CharField(_("text"), max_length=200)
    language = models.CharField(
        _("language"), max_length=8, help_text=_("ISO 639 code: en, ar, ckb, fa.")
    )
    script = models.CharField(_("script"), max_length=4, choices=Script, default=Script.LATIN)
    kind = models.CharField(_("kind"), max_length=15, choices=NameKind, default=NameKind.ALIAS)
    normalised = models.GeneratedField(
        expression=folded(F("text")), output_field=models.TextField(), db_persist=True
    )
    skeleton = models.GeneratedField(
        expression=skeleton(F("text")), output_field=models.TextField(), db_persist=True
    )

    objects = NameManager()

    class Meta(Part.Meta):
        abstract = True
        ordering = ["kind", "text", "id"]
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        indexes = [
            GinIndex(fields=["normalised"], opclasses=["gin_trgm_ops"], name="%(class)s_normalised")
        ]
        constraints = [
            *Part.Meta.constraints,
            models.UniqueConstraint(
                fields=["bearer", "text", "language", *PART_AUDIENCE],
                name="%(class)s_once_per_language",
                violation_error_message=_("This name is already given in this language."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=NameKind.values) & Q(script__in=Script.values),
                name="%(class)s_kind_and_script_are_known",
                violation_error_message=_("Choose one of the listed kinds and scripts."),
            ),
        ]

    def __str__(self):
        return self.text


def names_of(named):
    """The table of the further names of one noun, reached as `noun.names`.

    That two nouns share a name proves nothing: see militias/models/candidate.py.
    Kept in a variable named after it in the noun's module, so that Django finds it.
    """
    fields = {
        "__module__": named.__module__,
        "__doc__": f"One further name of a {named.__name__}.",
        "bearer": models.ForeignKey(
            named, models.PROTECT, related_name="names", verbose_name=_("bearer")
        ),
        "Meta": type("Meta", (Name.Meta,), {}),
    }
    track = pghistory.track(exclude=["normalised", "skeleton"])
    return track(type(f"{named.__name__}Name", (Name,), fields))
