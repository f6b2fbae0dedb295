"""The whole flow: the only room that knows its order, and the only one that the doors call.

In: a folder of documents, agreements, a window. Out: a mission folder, and what it says.
Add here: a step of the order in `derive.py`; a question about a finished mission in `mission.py`.
"""
