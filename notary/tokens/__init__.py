"""The strict judgement of RFC 3161 tokens: every check named, nothing believed that the token brings along.

`judge_token` answers with a `TokenReport`; `load_certificates` and `load_revocation_lists` read the files
whose trust comes from the verifier.
"""

from notary.tokens.certificates import load_certificates, load_revocation_lists
from notary.tokens.judgement import TOKEN_BYTES_MAX, judge_token
from notary.tokens.report import Check, Outcome, TimestampToken, TokenReport

__all__ = [
    "TOKEN_BYTES_MAX",
    "Check",
    "Outcome",
    "TimestampToken",
    "TokenReport",
    "judge_token",
    "load_certificates",
    "load_revocation_lists",
]
