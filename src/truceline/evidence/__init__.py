"""Seal what came in and what was made of it, so that nobody can alter it unseen.

In: bytes of originals and derived files, statements about them. Out: a mission folder, proofs,
reports of verification. Add here: a kind of statement in `statement.KINDS`.
"""
