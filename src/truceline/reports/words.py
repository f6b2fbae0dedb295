"""The words of Truceline: every sentence that a person reads, in one file a language.

The report, the console and the command line say the same words because all take them from here.
A sentence is a format string; the numbers in it are written by their suffix, as records name them.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib import resources

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from truceline.records.reason import Number, Reason
from truceline.records.units import MILLIBANS_PER_DECIBAN, PPM, moment_of

# Code of the language, and the Babel locale that writes its numbers and dates.
LANGUAGES = {
    "en": "en_GB",
    "uk": "uk_UA",
    "ru": "ru_RU",
}

# Words for probabilities, each up to and without its upper bound in millionths (ICD 203).
LIKELIHOODS = (
    ("almost_no_chance", 50_000),
    ("very_unlikely", 200_000),
    ("unlikely", 450_000),
    ("roughly_even", 550_000),
    ("likely", 800_000),
    ("very_likely", 950_000),
    ("almost_certain", PPM),
)
LIKELY_FROM_PPM = 550_000

# Names inside a sentence that are codes, and the table of the word file that spells them out.
TABLE_OF_NAME = {
    "area": "area",
    "cluster": "cluster",
    "source": "source",
    "kind": "clause_kind",
    "party": "party",
}

METRES_PER_KILOMETRE = 1000
TENTH = Decimal("0.1")
THOUSANDTH = Decimal("0.001")


class WordsError(KeyError):
    """A language or a key that the word files do not hold."""

    def __str__(self) -> str:
        """Give the message without the quotes of a KeyError."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words(Mapping[str, str]):
    """The words of one language: a mapping of dotted key to text.

    Attributes:
        language: Code, a key of `LANGUAGES`.
        locale: How the language writes numbers and dates.
        texts: Dotted key to format string.
    """

    language: str
    locale: Locale
    texts: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """Give the text of a key as it stands in the file."""
        try:
            return self.texts[key]
        except KeyError:
            raise WordsError(f"words/{self.language}.toml has no {key!r}") from None

    def __contains__(self, key: object) -> bool:
        """Tell whether the file holds a key."""
        return key in self.texts

    def __iter__(self) -> Iterator[str]:
        """Go through the keys in the order of the file."""
        return iter(self.texts)

    def __len__(self) -> int:
        """Count the keys."""
        return len(self.texts)

    def say(self, key: str, /, **numbers: Number) -> str:
        """Write one sentence, its numbers formatted by their suffix.

        Raises:
            WordsError: No such key, or the sentence names a number that is not given.

        >>> load_words("en").say("reason.news_not_observed")
        'No open source was heard for that time: not observed.'
        """
        text = self[key]
        missing = placeholders(text) - set(numbers)
        if missing:
            raise WordsError(f"{key} needs the number {', '.join(sorted(missing))}")
        return text.format_map({name: self.value(name, given) for name, given in numbers.items()})

    def value(self, name: str, value: Number) -> str:
        """Write one number or name in words, by the suffix of its name."""
        if value is None:
            return self["value.not_known"]
        if isinstance(value, str):
            return self._named(TABLE_OF_NAME.get(name, ""), value)
        writers = {
            "_ppm": self.percent,
            "_m": self.distance,
            "_us": instant,
            "_millibans": self.decibans,
            "_milli": self.thousandths,
        }
        for suffix, write in writers.items():
            if name.endswith(suffix):
                return write(value)
        return self.integer(value)

    def percent(self, ppm: int) -> str:
        """Write a probability in percent; what rounds to none or to all says so."""
        share = _rounded(ppm, PPM // 100, TENTH)
        bound = ""
        if share == 0 and ppm > 0:
            bound, share = "<", TENTH
        elif share == 100 and ppm < PPM:  # noqa: PLR2004 - a hundred per cent
            bound, share = ">", 100 - TENTH
        return self._unit("percent", bound + self._decimal(share, "#,##0.0"))

    def bound(self, ppm: int) -> str:
        """Write a bound of a scale, which is a whole percent."""
        return self._unit("percent", self.integer(ppm // (PPM // 100)))

    def distance(self, metres: int) -> str:
        """Write a length: kilometres with one decimal, metres below one kilometre."""
        if abs(metres) < METRES_PER_KILOMETRE:
            return self._unit("metre", self.integer(metres))
        kilometres = _rounded(metres, METRES_PER_KILOMETRE, TENTH)
        return self._unit("kilometre", self._decimal(kilometres, "#,##0.0"))

    def decibans(self, millibans: int) -> str:
        """Write a weight of evidence with its sign."""
        weight = _rounded(millibans, MILLIBANS_PER_DECIBAN, TENTH)
        sign = "+" if weight > 0 else "−" if weight < 0 else ""  # noqa: RUF001 - a minus sign
        return self._unit("deciban", sign + self._decimal(abs(weight), "#,##0.0"))

    def thousandths(self, number: int) -> str:
        """Write a rate that is stored in thousandths."""
        return self._decimal(_rounded(number, 1000, THOUSANDTH), "#,##0.0##")

    def integer(self, number: int) -> str:
        """Write a count with the language's separators."""
        return self._decimal(Decimal(number), "#,##0")

    def count(self, noun: str, number: int) -> str:
        """Write a count with its noun in the plural form that the language asks for."""
        form = self.locale.plural_form(number)
        return self[f"count.{noun}.{form}"].format(number=self.integer(number)).replace(" ", "\xa0")

    def date(self, day: date) -> str:
        """Write a day in full, the month as a word."""
        return format_date(day, format="long", locale=self.locale).replace(" ", "\xa0")

    def reason_text(self, reason: Reason) -> str:
        """Write a reason as a sentence.

        A code without words, or with other numbers than its sentence names, is written out bare:
        nothing is lost, and nobody mistakes it for prose.
        """
        numbers = dict(reason.numbers)
        key = f"reason.{reason.code}"
        if numbers.get("until_us", 0) is None and f"{key}_open" in self:
            key = f"{key}_open"
        if key in self and placeholders(self[key]) <= set(numbers):
            return self.say(key, **numbers)
        bare = ", ".join(f"{name} {self.value(name, value)}" for name, value in reason.numbers)
        return self["reason.other"].format(code=reason.code, numbers=bare or "-")

    def likelihood(self, ppm: int) -> str:
        """Give the word for a probability (ICD 203). Never put a level of confidence beside it."""
        for word, below_ppm in LIKELIHOODS[:-1]:
            if ppm < below_ppm:
                return self[f"likelihood.{word}"]
        return self[f"likelihood.{LIKELIHOODS[-1][0]}"]

    def area(self, code: str | None) -> str:
        """Name a first-level area; a code without a name stands as it is."""
        return self["value.not_known"] if code is None else self._named("area", code)

    def party(self, code: str) -> str:
        """Name a party; a code without a name stands as it is."""
        return self._named("party", "none" if code == "-" else code)

    def side(self, code: str | None) -> str:
        """Name the land that a party holds; None is "line not known"."""
        if code is None:
            return self["side.unknown"]
        key = f"side.{code}"
        return self[key] if key in self else self["side.other"].format(party=self.party(code))

    def source(self, source: str) -> str:
        """Name a source of the register; an id without a name stands as it is."""
        return self._named("source", source)

    def _named(self, table: str, code: str) -> str:
        return self.texts.get(f"{table}.{code}", code)

    def _decimal(self, number: Decimal, pattern: str) -> str:
        return format_decimal(number, format=pattern, locale=self.locale)

    def _unit(self, unit: str, number: str) -> str:
        # A number and its unit stay on one line.
        return self[f"unit.{unit}"].format(number=number).replace(" ", "\xa0")


@cache
def load_words(language: str) -> Words:
    """Read the words of one language from the package.

    Raises:
        WordsError: There is no such language.
    """
    if language not in LANGUAGES:
        raise WordsError(f"no words for {language!r}; there are {', '.join(LANGUAGES)}")
    file = resources.files("truceline.reports") / "words" / f"{language}.toml"
    texts = dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")), ""))
    return Words(language=language, locale=Locale.parse(LANGUAGES[language]), texts=texts)


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def placeholders(text: str) -> set[str]:
    """Name the numbers that a sentence asks for.

    >>> sorted(placeholders("{low} to {high}"))
    ['high', 'low']
    """
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def instant(us: int) -> str:
    """Write an instant to the minute: the same digits in every language.

    >>> instant(1_775_912_400_000_000)
    '2026-04-11 13:00 UTC'
    """
    return moment_of(us).strftime("%Y-%m-%d %H:%M UTC")


def interval(began_us: int, ended_us: int) -> str:
    """Write an interval to the minute, the day once where it is the same."""
    if began_us == ended_us:
        return instant(began_us)
    began, ended = moment_of(began_us), moment_of(ended_us)
    until = ended.strftime("%H:%M UTC" if began.date() == ended.date() else "%Y-%m-%d %H:%M UTC")
    return f"{began.strftime('%Y-%m-%d %H:%M')} – {until}"  # noqa: RUF001 - a dash between times


def _rounded(number: int, per: int, step: Decimal) -> Decimal:
    """Divide and round once, half to even."""
    return (Decimal(number) / Decimal(per)).quantize(step, rounding=ROUND_HALF_EVEN)
