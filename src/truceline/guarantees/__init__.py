"""Show what a decision would make due.

In: incidents, findings, determinations, remedies, signed acts. Out: candidate instants of a first
breach, assessments of triggers, and the guarantors' board; no clock starts without a declaration.
Add here: commitments, national procedures, pledges; a trigger in `triggers.TESTS`, an act in
`board_acts.ACTS` and `board.HANDLERS`.
"""
