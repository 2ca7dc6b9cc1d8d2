"""Readers of register files: one file per source, each turning its records into reports.

A register is an authority and its files are messy: a record is never refused because it contradicts the
ledger (rule N-2), only when it cannot be read, and then the rest of the file is still imported.
"""
