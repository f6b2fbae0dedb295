"""Support the commission that decides.

In: findings. Out: referrals, which are what it would be asked to review, the strongest first.
Add here: cases, positions, deadlines, votes and determinations, each in a file of its own.
"""
