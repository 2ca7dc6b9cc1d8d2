"""Evidence packages: one file that proves something of the ledger to whoever does not trust it.

`archive` writes and reads the zip, `members` the JSON in it, `trust` what the verifier brings along; `export`
makes packages from a ledger, and `notary.verify` checks them without one. The format is docs/formats.md 8.
"""
