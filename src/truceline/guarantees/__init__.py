"""Show what a decision would make due.

In: incidents, findings, determinations, remedies, a register file, signed acts. Out: candidate
instants of a first breach, assessments of triggers, the guarantors' board, earliest lawful dates,
what would be there when; no clock starts without a declaration.
Add here: a trigger in `triggers.TESTS`; an act in `board_acts.ACTS` and `board.HANDLERS`, or in
`register_acts.ACTS`; a kind of commitment, procedure or pledge in a file of its own.
"""
