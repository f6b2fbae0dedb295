"""The shelf: an index of the mission, made from its folder and made again whenever it is gone.

In: plain records with their kind and id. Out: the same, by kind, day or id. Add here: a column that
a question needs. The only room that speaks SQL.
"""
