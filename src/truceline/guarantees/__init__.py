"""Show what a decision would make due.

In: incidents, findings. Out: candidate instants of a first breach; no clock is started here.
Add here: commitments, national procedures, pledges and triggers, each in a file of its own.
"""
