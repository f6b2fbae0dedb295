"""The nouns that rooms exchange: frozen, without I/O and without a clock.

In: nothing. Out: record types, their units, their schemas for bulk. Add here: what two rooms share.
"""
