"""Show what a decision would make due.

In: incidents, findings, determinations, remedies, a register file, signed acts. Out: candidate
instants of a first breach, assessments of triggers, the guarantors' board, the register after the
acts, earliest lawful dates, what would be there when; no clock starts without a declaration.
Add here: commitments, national procedures, pledges; a trigger in `triggers.TESTS`, an act in
`board_acts.ACTS` and `board.HANDLERS`.
"""
