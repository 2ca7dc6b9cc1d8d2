"""The checks of the full verifier, one file for what belongs together.

`notary.verify` makes them in order. Each takes the case, which holds what was proved so far, and its own
check.
"""
