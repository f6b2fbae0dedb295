"""The measuring stick: how near what was concluded came to what was true, whoever concluded it.

In: columns of numpy. Out: figures, None where nothing can be divided.
Add here: one file a family of measures, and its line in docs/reference/measures.md.
"""
