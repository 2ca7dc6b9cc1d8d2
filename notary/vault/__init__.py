"""The vault of confidential fields: put, open with a log, hold, erase (docs/formats.md 9, PV-1 to PV-4)."""

from notary.vault.keeping import keeping
from notary.vault.vault import AUTHORIZED_ROLES, Asked, Vault, new_subject

__all__ = ["AUTHORIZED_ROLES", "Asked", "Vault", "keeping", "new_subject"]
