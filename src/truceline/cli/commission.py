"""The commission's acts that have no list of their own: one group of commands each."""

from __future__ import annotations

from truceline.cli.acting import group_of

motion_commands = group_of("motion", "Questions before a body.")
determination_commands = group_of("determination", "What a body determined.")
remedy_commands = group_of("remedy", "Remedies and their follow-up.")
deadline_commands = group_of("deadline", "Deadlines that passed.")
seat_commands = group_of("seat", "Who sits in a body.")
window_commands = group_of("window", "Silence windows and corridors.")
