"""The guarantors' acts that have no list of their own: one group of commands each."""

from __future__ import annotations

from truceline.cli.acting import group_of

pledge_commands = group_of("pledge", "Pledges and packages.")
breach_commands = group_of("breach", "Declarations of a first breach.")
clock_commands = group_of("clock", "Clocks that a declaration starts.")
decision_commands = group_of("decision", "Decisions of states.")
procedure_commands = group_of("procedure", "National procedures.")
sanction_commands = group_of("sanction", "Sanctions.")
