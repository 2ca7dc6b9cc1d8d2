"""Which authorities stamp this ledger: `authorities.toml` in its home, else the embedded one.

    required = 2                        # optional: how many authorities' tokens make a seal anchored, else 1
    anchor_within_minutes = 60          # optional: for how long a seal may lack them before `doctor` fails

    [[authority]]
    name = "example"
    url = "https://tsa.example/rfc3161"
    roots = ["example-root.pem"]        # beside this file, or absolute
    policy = "1.2.3.4"                  # optional
    username = "bank"                   # optional; the password is read from the variable
    password_variable = "TSA_PASSWORD"  # of the environment named here
    timeout_ms = 10000                  # optional
    crl = ["issuer.crl", "http://tsa.example/issuer.crl"]   # optional: revocation lists, files or addresses

A file that configures authorities replaces the embedded one, whose tokens are vouched for by nobody but the
operator.
"""

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from notary.authority import Clock, open_authority
from notary.timestamps import Authority, misconfigured
from notary.tokens import load_certificates

FILE: Final = "authorities.toml"
EMBEDDED: Final = "embedded"
ANCHOR_WITHIN_MINUTES: Final = 60

_TOP: Final = frozenset(("required", "anchor_within_minutes", "authority"))
_MINUTES_MAX: Final = 366 * 24 * 60
_KNOWN: Final = frozenset(
    ("name", "url", "roots", "policy", "username", "password_variable", "timeout_ms", "attempts", "crl")
)


def load_authorities(home: Path, *, clock: Clock) -> tuple[Authority, ...]:
    """The authorities configured in `home`, or the embedded one, whose keys are made there at first use.

    Raises:
        AuthorityUnavailable: AUTHORITY_MISCONFIGURED, with the reason.
        TimestampInvalid: CERTIFICATE_FILE_MALFORMED, a root is no certificate.
        KeyUnusable: the embedded authority's folder cannot be read or made.
    """
    if not (home / FILE).exists():
        embedded = open_authority(home / "keys" / "authority", clock=clock)
        return (Authority(EMBEDDED, roots=(embedded.root,), embedded=embedded),)
    configured = _settings(home).get("authority", [])
    if not isinstance(configured, list) or not configured:
        raise misconfigured(FILE, "it names no [[authority]]")
    authorities = tuple(_authority(table, home) for table in configured)
    if len({authority.name for authority in authorities}) != len(authorities):
        raise misconfigured(FILE, "two authorities have one name")
    return authorities


def load_required(home: Path) -> int:
    """How many authorities' tokens make a seal *anchored*.

    Raises:
        AuthorityUnavailable: AUTHORITY_MISCONFIGURED, it is no number from 1 to that of the authorities.
    """
    settings = _settings(home)
    required = settings.get("required", 1)
    most = max(1, len(settings.get("authority", [])))
    if type(required) is not int or not 1 <= required <= most:
        raise misconfigured(FILE, f"required must be a number from 1 to {most}")
    return required


def load_anchor_within(home: Path) -> timedelta:
    """For how long a seal may be short of the required number before that counts as a failure.

    Raises:
        AuthorityUnavailable: AUTHORITY_MISCONFIGURED, it is no number of minutes up to a year.
    """
    minutes = _settings(home).get("anchor_within_minutes", ANCHOR_WITHIN_MINUTES)
    if type(minutes) is not int or not 1 <= minutes <= _MINUTES_MAX:
        raise misconfigured(FILE, f"anchor_within_minutes must be a number from 1 to {_MINUTES_MAX}")
    return timedelta(minutes=minutes)


def _settings(home: Path) -> dict[str, Any]:
    path = home / FILE
    if not path.exists():
        return {}
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise misconfigured(FILE, str(error)) from error
    if unknown := sorted(settings.keys() - _TOP):
        raise misconfigured(FILE, f"unknown setting {', '.join(unknown)}")
    return settings


def _authority(table: Any, home: Path) -> Authority:
    name = str(table.get("name", "")) if isinstance(table, dict) else ""
    if not name:
        raise misconfigured(FILE, "an authority has no name")
    unknown = sorted(table.keys() - _KNOWN)
    if unknown:
        raise misconfigured(name, f"unknown setting {', '.join(unknown)}")
    settings = {key: table[key] for key in ("policy", "username", "timeout_ms", "attempts") if key in table}
    if "password_variable" in table:
        settings["password"] = os.environ.get(str(table["password_variable"]))
    try:
        return Authority(
            name,
            roots=_roots(name, table.get("roots"), home),
            url=str(table.get("url", "")),
            crl=_lists(name, table.get("crl", []), home),
            **settings,
        )
    except TypeError as error:
        raise misconfigured(name, str(error)) from error


def _roots(name: str, files: Any, home: Path) -> tuple[bytes, ...]:
    if not isinstance(files, list) or not files:
        raise misconfigured(name, "roots names no PEM file")
    roots: list[bytes] = []
    for file in files:
        try:
            roots += load_certificates((home / str(file)).read_bytes())
        except OSError as error:
            raise misconfigured(name, f"root {file}: {error}") from error
    return tuple(roots)


def _lists(name: str, sources: Any, home: Path) -> tuple[str | Path, ...]:
    if not isinstance(sources, list) or not all(isinstance(each, str) and each for each in sources):
        raise misconfigured(name, "crl is a list of files and addresses")
    return tuple(each if "://" in each else home / each for each in sources)
