"""The daily report: what was noticed, how sure, where nobody looked, and what stands behind it.

One HTML document without any outside part. Every number in its summary and tables is a link to the
records that it counts, and those lead to the line of the original.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from truceline.records.ids import short_id
from truceline.records.units import PPM
from truceline.reports import view
from truceline.reports.claims import Sentence
from truceline.reports.day import DayReport
from truceline.reports.map_svg import map_svg
from truceline.reports.tally import OUTCOMES
from truceline.reports.words import LIKELIHOODS, Words, instant, interval, load_words

REFUSED_SHOWN = 100


def daily_report(day: DayReport, language: str) -> str:
    """Write the daily report as one standalone HTML document.

    Args:
        day: The records of the day, as `records` and the pipeline give them.
        language: A key of `words.LANGUAGES`.

    Raises:
        WordsError: There is no such language.
    """
    words = load_words(language)
    page = view.page_of(day)
    links = {one: f"#{entry}" for one, entry in page.addresses.incident.items()}
    drawing = map_svg(
        day=day.day,
        areas=day.areas,
        line=day.line,
        incidents=day.incidents,
        coverage=day.coverage,
        parties=day.parties,
        words=words,
        links=links,
    )
    template = _environment().get_template("daily.html")
    return template.render(
        day=day,
        page=page,
        at=page.addresses,
        words=words,
        drawing=Markup(drawing),  # noqa: S704 - our own drawing, its texts escaped
        linked=_linked(words),
        claim_sentence=_claim_sentence(words),
        **_constants(),
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("truceline.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        number=number,
        instant=instant,
        interval=interval,
        short_id=short_id,
        binding=view.binding,
        summary_areas=view.summary_areas,
        clusters_heard=view.clusters_heard,
    )
    return environment


def _constants() -> dict[str, Any]:
    lower = [0, *(bound for _, bound in LIKELIHOODS)]
    return {
        "outcomes": OUTCOMES,
        "likelihoods": [
            (word, low, high) for (word, high), low in zip(LIKELIHOODS, lower, strict=False)
        ],
        "refused_shown": REFUSED_SHOWN,
        "all_ppm": PPM,
    }


def number(text: str, href: str) -> Markup:
    """Write a number as a link to the records that it counts.

    >>> str(number("3 incidents", "side-1"))
    '<a href="#side-1"><span class="number">3 incidents</span></a>'
    """
    return Markup('<a href="#{}"><span class="number">{}</span></a>').format(href, text)


def _claim_sentence(words: Words) -> Callable[[Sentence, str], Markup]:
    linked = _linked(words)

    def claim_sentence(sentence: Sentence, claim: str) -> Markup:
        """Write a sentence about a claim: its own number leads to it, all else to the coverage."""
        return linked(
            sentence.key,
            **{
                name: number(
                    words.value(name, value), claim if name == "count" else "appendix-coverage"
                )
                for name, value in sentence.numbers
            },
        )

    return claim_sentence


def _linked(words: Words) -> Callable[..., Markup]:
    def linked(key: str, /, **parts: str) -> Markup:
        """Write a sentence whose numbers are links already; all else is escaped."""
        return Markup(escape(words[key])).format(**parts)  # noqa: S704 - escaped before

    return linked
