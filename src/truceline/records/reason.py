"""Why something is so: a code with the numbers compared, for which each language has words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Number = int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason, with the numbers that were compared.

    The code is a key of the word files (`reports/words`), whose sentence names the numbers. The
    same sentence stands in the report, on the page and in the command line.

    Attributes:
        code: For example "position_in_zone".
        numbers: Names with the unit as suffix (`_ppm`, `_m`, `_us`, `_millibans`; none for a plain
            count or a name) and their values, sorted by name.
    """

    code: str
    numbers: tuple[tuple[str, Number], ...] = ()

    def __post_init__(self) -> None:
        if [name for name, _ in self.numbers] != sorted({name for name, _ in self.numbers}):
            raise ValueError(f"numbers of {self.code} must be sorted by name and unique")


def reason(code: str, numbers: Mapping[str, Number] | None = None) -> Reason:
    """Make a reason from a mapping.

    >>> reason("nearest_site", {"site": "Zmiivska", "distance_m": 40_000}).numbers[0]
    ('distance_m', 40000)
    """
    return Reason(code=code, numbers=tuple(sorted((numbers or {}).items())))
