"""Tell what was found: the daily report, its map, its words, and exports.

In: records. Out: HTML, SVG, CSV, GeoJSON, sentences. Add here: a language is one file in `words/`
and one line in `words.LANGUAGES`.
"""
