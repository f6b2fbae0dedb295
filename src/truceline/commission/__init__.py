"""Support the commission that decides.

In: findings, a mandate, and signed acts in the log's order. Out: referrals (what it would be asked
to review), and a chamber: cases, votes, determinations, remedies, calls, refused acts, notices.
Add here: an act in `acts.py` and in `chamber.TAKE`, with what it does in the file of its kind; a
decision rule in `voting.py`.
"""
