"""The command line: parse, call one function of the pipeline, show.

In: what a person typed. Out: a table, a file, or one clear line and an exit code.
Add here: one file a command, and its line in `main.py`.
"""
