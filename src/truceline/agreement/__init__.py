"""Read the signed text as data.

In: an agreement file's bytes. Out: an Agreement, or every problem of the file by name.
Add here: a clause type, a status or a term in `vocabulary.py`; a table in `read.py`;
a table of the commission's mandate in `mandate.py`.
"""
