"""Show what a decision would make due.

In: incidents, findings, a register file, signed acts. Out: candidate instants of a first breach,
earliest lawful dates, the register after the acts, what would be there when; no clock is started
here.
Add here: commitments, national procedures, pledges and triggers, each in a file of its own.
"""
