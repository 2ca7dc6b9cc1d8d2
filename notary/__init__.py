"""Proofs about the ledger that stand without us.

`merkle` proves that an entry is in the log and that the log only grew; `map` proves what the ledger says of a
right and that it says nothing else; `checkpoints` names a state of the
log and signs it; `timestamps` asks RFC 3161 authorities when that state existed; `tokens` judges their
answers strictly; `authority` is the operator's own authority for a first run without a network.
Everything malformed that an outsider can send ends in a `NotaryError` or in a failed check, nothing else.
"""
