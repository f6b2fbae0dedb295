"""Ask who, and say when that cannot be told.

In: incidents with their evidence. Out: an Attribution, so far always "undetermined" with its
reasons. Add here: one file a kind of evidence of direction, once a source measures one.
"""
