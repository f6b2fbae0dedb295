"""Programs that check a bundle and share no code with the rest of the house.

In: one bundle, and the signer's key if the reader has it. Out: the first thing that is wrong, or
what was found right, in words. Add here: a verifier in another language, with the same verdicts.
"""
