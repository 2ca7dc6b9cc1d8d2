"""The ledger over HTTP: small, read-only, described by its own OpenAPI document.

Promises: every answer names the position and the time it rests on; every refusal is a problem document
(RFC 9457) with a stable code and its message in English and Chinese; a parameter nobody knows is refused
rather than ignored.
"""
