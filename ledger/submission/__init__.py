"""Commands in, decided on what the ledger knows now, and recorded if accepted or held (N-5, N-10).

Promises: every command is answered with all reasons; what was decided stands whole or not at all, and only on
the very state it was decided on; a repeat is answered with the first answer; a refusal and a dry run write
nothing.
"""

from ledger.submission.intake import COMMANDS_MAX, INPUT_BYTES_MAX, Given, read_commands
from ledger.submission.memory import Memory
from ledger.submission.permissions import ALL, Permissions
from ledger.submission.submissions import Submissions

__all__ = [
    "ALL",
    "COMMANDS_MAX",
    "INPUT_BYTES_MAX",
    "Given",
    "Memory",
    "Permissions",
    "Submissions",
    "read_commands",
]
