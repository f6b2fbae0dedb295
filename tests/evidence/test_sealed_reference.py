"""The page of reference holds a second reader and measured sizes: both are run here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from truceline.evidence.label import TLP

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "sealed.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_second_reader_reads_what_the_first_writes() -> None:
    assert "truceline" not in re.sub(r"truceline-sealed-v1", "", BLOCKS[0])
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block, names)  # noqa: S102 - our own page
    assert names["sizes"][2] == len(names["content"])
    one, two = names["sizes"][1], names["sizes"][2]
    assert f"so {one - (two - one)} bytes and {two - one} for each group" in PAGE


def test_the_table_of_tlp_is_the_one_of_the_code() -> None:
    rows = re.findall(r"^\| ([A-Z+]+) \| ([A-Z ]+) \|", PAGE, flags=re.MULTILINE)
    assert dict(rows[-len(TLP) :]) == dict(TLP)
