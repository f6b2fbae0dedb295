"""The exercise: an invented world whose truth is kept, written as the documents that feeds read.

In: a seed, days, areas. Out: a folder of documents and, beside them, the truth; a score against it.
Add here: one file a kind of source that the world has, and one line in `exercise.STREAMS`.
"""
