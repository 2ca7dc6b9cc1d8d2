"""How fast tokens are judged and evidence packages are checked.

    python -m scripts.bench.proofs [--entries 1000] [--rounds 5]

A token of the embedded authority is judged by us, by the rfc3161-client package and by `openssl ts -verify`,
in turns. Then a right with many entries is exported whole, and the package checked by the full verifier and
by the `verify.py` it carries, each a process of its own.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.entry import Draft, EntryClass, new_salt
from ledger.facts.base import Fact, Party, record_id
from ledger.facts.pledges import PledgeChanged, PledgeRegistered
from ledger.facts.registrations import RightRegistered
from ledger.store import NO_ENTRY, AppendRequest, Condition, Store, open_store
from ledger.store.database import utc_now
from notary.authorities import load_authorities
from notary.sealing import Sealer
from notary.timestamps import Authority, request_token
from notary.tokens import judge_token

RIGHT: Final = "CN:patent:201810200002.3"
DATA: Final = b"what is stamped"


def token(home: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Microseconds a token for each side, the median of the rounds, and the ratio to ours."""
    (authority,) = load_authorities(home, clock=utc_now)
    digest = sha256(DATA).digest()
    receipt = request_token(authority, digest, utc_now)
    sides: dict[str, tuple[int, Callable[[], None]]] = {
        "ours": (200, lambda: _ours(receipt.response, digest, authority)),
        "rfc3161-client": (200, _client(receipt.response, digest, authority)),
        "openssl ts, a process each": (5, _openssl(home, receipt.response, authority)),
    }
    samples: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, (count, judge) in sides.items():
            began = time.perf_counter()
            for _ in range(count):
                judge()
            samples[side].append((time.perf_counter() - began) / count * 1e6)
    medians = {side: statistics.median(values) for side, values in samples.items()}
    return {
        side: {"microseconds": round(median, 1), "ratio": round(median / medians["ours"], 2)}
        for side, median in medians.items()
    }


def package(home: Path, entries: int) -> dict[str, float]:
    """Seconds to check the package of a right with so many entries, both ways."""
    with open_store(home) as store:
        _fill(store, entries)
        Sealer(store, home, load_authorities(home, clock=utc_now), utc_now).seal()
    file, trust = home / "right.zip", home / "trust"
    environment = {"IPLEDGER_HOME": str(home), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "scripts.cli", "evidence"]
    _process([*command, "trust", str(trust)], environment)
    _process([*command, "export", "right", RIGHT, "-o", str(file)], environment)
    _process([sys.executable, "-m", "zipfile", "-e", str(file), str(home / "unpacked")], environment)
    script = home / "unpacked" / "verify.py"
    full = _process([*command, "verify", str(file), "--trust", str(trust), "--json"], environment)
    alone = _process(
        [sys.executable, str(script), str(file), "--trust", str(trust), "--json"], environment, 3
    )
    return {
        "entries": entries,
        "kib": file.stat().st_size // 1024,
        "full_seconds": full,
        "standalone_seconds": alone,
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        figures = {"token": token(home, arguments.rounds), "package": package(home, arguments.entries)}
    print(json.dumps(figures, indent=2))


def _ours(response: bytes, digest: bytes, authority: Authority) -> None:
    report = judge_token(response, digest=digest, at=utc_now(), roots=authority.roots)
    assert report.leading is None


def _client(response: bytes, digest: bytes, authority: Authority) -> Callable[[], None]:
    roots = [x509.load_der_x509_certificate(root) for root in authority.roots]

    def judge() -> None:
        builder = rfc3161_client.VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        decoded = rfc3161_client.decode_timestamp_response(response)
        builder.build().verify(decoded, digest)

    return judge


def _openssl(home: Path, response: bytes, authority: Authority) -> Callable[[], None]:
    data, answer, root = home / "data", home / "token.tsr", home / "root.pem"
    data.write_bytes(DATA)
    answer.write_bytes(response)
    root.write_bytes(
        b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in authority.roots)
    )
    command = ["openssl", "ts", "-verify", "-data", str(data), "-in", str(answer), "-CAfile", str(root)]

    def judge() -> None:
        subprocess.run(command, check=True, capture_output=True)

    return judge


def _process(command: list[str], environment: dict[str, str], *expected: int) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode in {0, *expected}, done.stderr.decode()
    return round(time.perf_counter() - began, 3)


def _fill(store: Store, entries: int) -> None:
    """One right: registered, pledged, and the pledge changed again and again."""
    pledge = record_id("pld", "CNIPA", "Y1")
    facts: list[Fact] = [
        RightRegistered(rights=(RIGHT,), title="一种电池", filed_on="2018-05-20"),
        PledgeRegistered(
            rights=(RIGHT,),
            pledge=pledge,
            pledgors=(Party(name="甲公司"),),
            pledgees=(Party(name="乙银行"),),
            registered_on="2024-05-10",
        ),
    ]
    facts += [
        PledgeChanged(
            rights=(RIGHT,), pledge=pledge, item="金额", after=str(number), registered_on="2024-06-01"
        )
        for number in range(entries - len(facts))
    ]
    requests = []
    for number, fact in enumerate(facts):
        draft = Draft(
            type=fact.TYPE,
            type_v=fact.VERSION,
            entry_class=EntryClass.AUTHORITY,
            subjects=fact.tags(),
            effective_at=fact.effective_on or "2018-05-20",
            actor="bench",
            command_id=f"bench-{number}",
            data=fact.as_data(),
            salt=new_salt(),
        )
        head: Any = NO_ENTRY if number == 0 else None
        requests.append(AppendRequest((draft,), Condition({RIGHT: head}), draft.command_id))
    store.writer.append_many(requests)


if __name__ == "__main__":
    main()
