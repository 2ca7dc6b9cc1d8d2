"""The write side: facts about rights, what they mean, and the hash-chained store that keeps them.

The ledger promises that every accepted entry keeps its bytes and its place for ever, that positions
have no gaps, and that what the entries mean is decided in one place, `ledger.statement`.
It imports nothing from `notary`, `projections`, `api` or `scripts`.
"""
