"""Tell which observations speak of one happening: where, when, what, how sure.

In: observations, alerts, the ground, the background. Out: incidents, each with its evidence ledger.
Add here: a weight of evidence (`weights.py`), with its source and the silence that belongs to it.
"""
