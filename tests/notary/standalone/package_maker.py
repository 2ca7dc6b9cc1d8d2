"""A small ledger in memory and a maker of evidence packages from it: sound by default, wrong where asked.

Its map and its zip are written from docs/formats.md, apart from the product's exporter; links, log proofs,
notes, statements and tokens are those of the product.
"""

import base64
import hashlib
import io
import json
import tempfile
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from ledger import canonical, chain, entry, statement
from ledger.entry import Draft, EntryClass, Source
from ledger.facts.base import Party, record_id
from ledger.facts.documents import DocumentDeposited
from ledger.facts.pledges import PledgeRegistered, PledgeReleased
from ledger.facts.registrations import NameGiven, RightRegistered
from notary import checkpoints, merkle
from notary.authority import open_authority
from notary.keys import SigningKey
from notary.tokens import encoding as enc
from tests.notary import token_maker

ORIGIN = "ledger.example/patents"
RIGHT, OTHER_RIGHT, ABSENT_RIGHT = "US:patent:15145443", "US:patent:16000001", "US:patent:17000001"
STAMPED = datetime(2025, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)
"""The time of the embedded authority's tokens."""
NOW = token_maker.NOW
"""The time of the test authority's tokens; the verifier's clock is a day later."""
CLOCK = NOW + timedelta(days=1)
DOCUMENT = b"an agreement of pledge, as deposited"
NO_HASH = bytes(32)


def signing_key(name=ORIGIN, seed=1):
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


KEY = signing_key()


@cache
def embedded_authority():
    """The product's own authority, with keys of this run."""
    with tempfile.TemporaryDirectory() as folder:
        return open_authority(Path(folder) / "authority", clock=lambda: STAMPED)


def sha256(data):
    return hashlib.sha256(data).digest()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def salt(number):
    return base64url(sha256(b"salt%d" % number)[:16])


def disclosure(number, path, value):
    return base64url(canonical.encode([salt(number), path, value]))


def commitment(opened):
    return base64url(sha256(opened.encode()))


PLEDGE_1, PLEDGE_2 = (record_id("pld", "US", number) for number in ("45000/0001", "45000/0002"))
TITLE = disclosure(1000, "/title", "工艺诀窍说明书")
OWNER, BANK, SECOND_BANK = Party(name="ACME CORP"), Party(name="FIRST BANK"), Party(name="SECOND BANK")


@dataclass
class Ledger:
    """Entries with their links; `add` may be told to lie about what comes before."""

    origin: str = ORIGIN
    entries: list[bytes] = field(default_factory=list)
    links: list[bytes] = field(default_factory=list)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self):
        self.links = [chain.genesis(self.origin)]

    @property
    def size(self):
        return len(self.entries)

    def add(self, fact, *, number, recorded_at=None, skip=0, previous=None, **draft):
        """Append an entry of this fact; `skip` leaves out sequence numbers, `previous` names another head."""
        position = self.size + 1
        prepared = Draft(
            type=fact.TYPE,
            type_v=fact.VERSION,
            entry_class=draft.pop("entry_class", EntryClass.AUTHORITY),
            subjects=fact.tags(),
            effective_at=getattr(fact, "registered_on", None) or "2020-01-02",
            actor="importer",
            command_id=f"command-{position}",
            data=fact.as_data(),
            salt=salt(position),
            source=Source("US", number, sha256(number.encode()).hex(), "application/xml"),
            **draft,
        )
        assets = []
        for right in prepared.assets:
            seq, head = self.heads.get(right, (0, chain.NO_PREVIOUS))
            assets.append([right, seq + 1 + skip, previous or head])
        raw = prepared.encode(
            assets, recorded_at or STAMPED - timedelta(days=2) + timedelta(seconds=position)
        )
        for right, seq, _ in assets:
            self.heads[right] = (seq, sha256(raw).hex())
        return self.add_raw(raw)

    def add_raw(self, raw):
        """Append bytes, whatever they are."""
        self.entries.append(raw)
        self.links.append(chain.link(self.links[-1], self.size, sha256(raw)))
        return self.size

    def positions_of(self, tag):
        return [n for n, raw in enumerate(self.entries, 1) if tag in json.loads(raw)["subjects"]]

    def statement(self, right):
        own = self.positions_of(f"asset:{right}")
        return canonical.encode(statement.fold(right, [entry.parse(self.entries[n - 1], n) for n in own]))

    def leaf(self, key_of):
        """The leaf of a right, party or pool as the format page computes it."""
        kind, _, identifier = key_of.partition(":")
        positions = self.positions_of(key_of)
        if kind == "asset":
            return {
                "count": len(positions),
                "head": sha256(self.entries[positions[-1] - 1]).hex(),
                "statement": sha256(self.statement(identifier)).hex(),
            }
        acc = NO_HASH
        for position in positions:
            acc = sha256(acc + self.links[position])
        return {"count": len(positions), "acc": acc.hex()}

    def leaves(self):
        tags = {tag for raw in self.entries for tag in json.loads(raw)["subjects"]}
        return {tag: self.leaf(tag) for tag in sorted(tags) if tag.startswith(("asset:", "party:"))}

    def cut(self, size):
        """The same ledger when it had `size` entries."""
        earlier = Ledger(self.origin, self.entries[:size])
        earlier.links = self.links[: size + 1]
        return earlier

    def hashes(self, size=None):
        return merkle.leaf_hashes(self.links[1 : (size or self.size) + 1])


def history(ledger=None):
    """Six entries: a right, two pledges on it and a release, a confidential deposit, another right."""
    ledger = ledger or Ledger()
    register(ledger, RIGHT)
    pledge(ledger, BANK, "45000/0001", "2020-03-01")
    deposit(ledger)
    pledge(ledger, SECOND_BANK, "45000/0002", "2020-04-01")
    register(ledger, OTHER_RIGHT)
    release(ledger)
    return ledger


def register(ledger, right, **options):
    fact = RightRegistered(
        rights=(right,),
        names=(NameGiven(kind="application", number=right.rpartition(":")[2]),),
        title="Method",
        filed_on="2019-01-02",
        holders=(OWNER,),
    )
    return ledger.add(fact, number=f"app-{right}", **options)


def pledge(ledger, bank, number, day, **options):
    fact = PledgeRegistered(
        rights=(RIGHT,),
        pledge=record_id("pld", "US", number),
        pledgors=(OWNER,),
        pledgees=(bank,),
        executed_on=day,
        registered_on=day,
    )
    return ledger.add(fact, number=number, **options)


def release(ledger, **options):
    fact = PledgeReleased(
        rights=(RIGHT,),
        pledges=(PLEDGE_1,),
        references=("45000/0001",),
        releasors=(BANK,),
        beneficiaries=(OWNER,),
        executed_on="2021-05-01",
        registered_on="2021-05-01",
    )
    return ledger.add(fact, number="46000/0001", **options)


def deposit(ledger, content=DOCUMENT, **options):
    fact = DocumentDeposited(sha256=sha256(content).hex(), size=len(content), media_type="application/pdf")
    options.setdefault("commitments", (commitment(TITLE),))
    return ledger.add(fact, number="deposit-1", entry_class=EntryClass.PARTY, **options)


ED25519, OTHER_ED25519 = (Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in (11, 12))
P256 = derive_private_key(int.from_bytes(bytes([13]) * 32, "big"), SECP256R1())
"""Keys of parties, who sign their acts (section 12)."""


class RawAct:
    """An act.signed as somebody writes it who is held to no schema; no statement is folded from it."""

    TYPE, VERSION = "act.signed", 1

    def __init__(self, data):
        self._data = data

    def tags(self):
        return (f"party:{party_of(OWNER)}",)

    def as_data(self):
        return self._data


def command_text(**members):
    """A command as canonical JSON; a member that is `...` is left out."""
    command = {
        "command": "contract_pledge", "command_id": "deal-1", "rights": [RIGHT], "ledger": ORIGIN,
    }  # fmt: skip
    told = {name: value for name, value in {**command, **members}.items() if value is not ...}
    return canonical.encode(told).decode()


def public_jwk(private):
    """The public half, written from RFC 8037 and RFC 7518."""
    if isinstance(private, Ed25519PrivateKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(private.public_key().public_bytes_raw())}
    point = private.public_key().public_numbers()
    x, y = (base64url(number.to_bytes(32, "big")) for number in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def thumbprint(jwk):
    return base64url(sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()))


def kid_of(private):
    return thumbprint(public_jwk(private))


def header_of(private):
    alg = "EdDSA" if isinstance(private, Ed25519PrivateKey) else "ES256"
    return {"alg": alg, "b64": False, "crit": ["b64"], "kid": kid_of(private)}


def protected(**header):
    return base64url(canonical.encode(header))


def act_signature(text, private, *, party="ACME CORP", header=None, raw_header=None):
    """A detached JWS over the text as an act.signed keeps it; members of `header` that are None go."""
    told = {name: value for name, value in (header_of(private) | (header or {})).items() if value is not None}
    encoded = base64url(raw_header or canonical.encode(told))
    payload = text.encode() if told.get("b64") is False else base64url(text.encode()).encode()
    message = encoded.encode() + b"." + payload
    if isinstance(private, Ed25519PrivateKey):
        signature = private.sign(message)
    else:
        r, s = decode_dss_signature(private.sign(message, ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return {
        "party": {"name": party}, "kid": kid_of(private), "jwk": public_jwk(private),
        "protected": encoded, "signature": base64url(signature),
    }  # fmt: skip


def der_signature(text):
    message = base64url(canonical.encode(header_of(P256))).encode() + b"." + text.encode()
    return P256.sign(message, ECDSA(SHA256()))


def signed_history(*, text=None, private=ED25519, signatures=None):
    """The history, and behind it as entry 7 what ACME CORP signed."""
    ledger = history()
    text = text or command_text()
    signatures = [act_signature(text, private)] if signatures is None else signatures
    data = {"rights": [], "act": "deal-1", "command": text, "signatures": signatures}
    ledger.add(RawAct(data), number="deal-1", entry_class=EntryClass.PARTY)
    return ledger


class Map:
    """The compact sparse Merkle tree of section 5, computed anew for each question."""

    def __init__(self, leaves):
        self.values = {sha256(key_of.encode()): self.value(leaf) for key_of, leaf in leaves.items()}

    @staticmethod
    def value(leaf):
        second = leaf["statement"] if "statement" in leaf else NO_HASH.hex()
        first = leaf["head"] if "head" in leaf else leaf["acc"]
        return sha256(leaf["count"].to_bytes(8, "big") + bytes.fromhex(first) + bytes.fromhex(second))

    @staticmethod
    def leaf_hash(key, value):
        return sha256(b"ipledger/map-leaf/v1\0" + key + value)

    def root(self):
        return self._node(sorted(self.values), 0)

    def _node(self, keys, depth):
        if not keys:
            return NO_HASH
        if len(keys) == 1:
            return self.leaf_hash(keys[0], self.values[keys[0]])
        left, right = self._split(keys, depth)
        return sha256(b"ipledger/map-node/v1\0" + self._node(left, depth + 1) + self._node(right, depth + 1))

    @staticmethod
    def _split(keys, depth):
        bit = [key[depth // 8] >> (7 - depth % 8) & 1 for key in keys]
        return [k for k, b in zip(keys, bit, strict=True) if not b], [
            k for k, b in zip(keys, bit, strict=True) if b
        ]

    def prove(self, key_of, leaf=None):
        """The object of proofs/map.json for a key; `leaf` says what stands in its leaf."""
        key, keys, depth, siblings = sha256(key_of.encode()), sorted(self.values), 0, []
        while len(keys) > 1:
            left, right = self._split(keys, depth)
            turn = key[depth // 8] >> (7 - depth % 8) & 1
            keys, beside = (right, left) if turn else (left, right)
            siblings.append(self._node(beside, depth + 1).hex())
            depth += 1
        proof = {"key_of": key_of, "siblings": siblings, "leaf": leaf}
        if leaf is None:
            other = {"key": keys[0].hex(), "value": self.values[keys[0]].hex()} if keys else None
            proof["other"] = other
        return proof


@dataclass
class Seal:
    """A signed note over a ledger with its map."""

    ledger: Ledger
    leaves: dict[str, dict]
    note: bytes
    size: int

    @property
    def map(self):
        return Map(self.leaves)


def seal(ledger, *, size=None, key=KEY, leaves=None, **changes):
    """Sign the ledger's state; `leaves` replaces leaves of the map, `changes` fields of the checkpoint."""
    size = size or ledger.size
    held = ledger.cut(size).leaves() | (leaves or {})
    state = checkpoints.Checkpoint(
        origin=ORIGIN,
        size=size,
        root=merkle.root(ledger.hashes(size)),
        chain=ledger.links[size],
        map_root=Map(held).root(),
    )
    signed = checkpoints.SignedCheckpoint(state, (checkpoints.sign_text(state, key),))
    if changes:
        signed = replace(signed, checkpoint=replace(state, **changes))
    return Seal(ledger, held, signed.note, size)


def stamp(note, authority=None):
    """The answer of the product's embedded authority over the note."""
    authority = authority or embedded_authority()
    imprint = enc.sequence(
        enc.sequence(enc.oid("2.16.840.1.101.3.4.2.1"), enc.null()), enc.octets(sha256(note))
    )
    return authority.answer(enc.sequence(enc.integer(1), imprint, enc.tagged(0x01, b"\xff")))


def stamp_by(signer, note, **changes):
    """An answer of the test authority `signer`; `changes` are those of `token_maker`."""
    info = changes.pop("info", None) or token_maker.tst_info(digest=sha256(note), nonce=None)
    return token_maker.response(token_maker.token(info=info, signer=signer, **changes))


def certificate_pem(der):
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n".encode()


def revocation_list_pem(der):
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN X509 CRL-----\n{text}-----END X509 CRL-----\n".encode()


def trust(*, key=KEY, **files):
    """The folder of a verifier who trusts the operator's key and both authorities; more files by name."""
    content = {
        "operator.vkey": f"{key.verifier}\n".encode(),
        "authorities/embedded.pem": certificate_pem(embedded_authority().root),
        "authorities/second.pem": certificate_pem(token_maker.ROOT.der),
    }
    return content | files


@dataclass
class Package:
    """Members and claims of a package about to be zipped."""

    seal: Seal
    kind: str
    request: dict
    claims: list[dict]
    members: dict[str, bytes] = field(default_factory=dict)
    manifest: dict = field(default_factory=dict)
    """Members of the manifest that shall say something else."""

    @property
    def ledger(self):
        return self.seal.ledger

    def manifest_bytes(self):
        members = [(name, self.members[name]) for name in sorted(self.members)]
        value = {
            "v": 1,
            "kind": self.kind,
            "origin": ORIGIN,
            "request": self.request,
            "checkpoint": {"size": self.seal.size, "seal": self.seal.size + 1},
            "claims": self.claims,
            "files": [
                {"name": name, "size": len(content), "sha256": sha256(content).hex()}
                for name, content in members
            ],
        }
        return canonical.encode(value | self.manifest)

    def all_members(self):
        return {"manifest.json": self.manifest_bytes()} | self.members

    def zip(self):
        return zip_of(sorted(self.all_members().items()))

    def json(self, name):
        return json.loads(self.members[name])

    def set_json(self, name, value):
        self.members[name] = canonical.encode(value)


def member_info(name, **changes):
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    for attribute, value in changes.items():
        setattr(info, attribute, value)
    return info


def zip_of(members, *, changes=None, comment=b""):
    """A zip of (name, content) in this order; `changes` are attributes of single members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        for name, content in members:
            archive.writestr(member_info(name, **(changes or {}).get(name, {})), content)
    return buffer.getvalue()


def entry_proofs(sealed, positions):
    hashes = sealed.ledger.hashes(sealed.size)
    return [
        {
            "position": position,
            "previous": sealed.ledger.links[position - 1].hex(),
            "inclusion": [each.hex() for each in merkle.inclusion_proof(hashes, position - 1)],
        }
        for position in positions
    ]


def package(sealed, kind, request, claims, *, positions=(), keys=(), statement_of=None):
    """A package of these claims with what proves them, stamped by the embedded authority."""
    made = Package(sealed, kind, request, claims)
    made.members = {
        "checkpoint": sealed.note,
        "report.html": "<!doctype html><title>报告</title>".encode(),
        "tokens/embedded.tsr": stamp(sealed.note),
        "tokens/embedded.pem": certificate_pem(embedded_authority().certificate),
    }
    for position in positions:
        made.members[f"entries/{position}.json"] = sealed.ledger.entries[position - 1]
    if positions:
        made.set_json("proofs/entries.json", entry_proofs(sealed, sorted(positions)))
    if keys:
        made.set_json("proofs/map.json", [sealed.map.prove(key, sealed.leaves.get(key)) for key in keys])
    if statement_of:
        made.members["proofs/statement.json"] = sealed.ledger.statement(statement_of)
    return made


def status_claim(sealed, right=RIGHT):
    return {"claim": "status", "right": right, **sealed.leaves[f"asset:{right}"]}


def history_claim(sealed, right=RIGHT):
    leaf = sealed.leaves[f"asset:{right}"]
    return {"claim": "history", "right": right, "count": leaf["count"], "head": leaf["head"]}


def entry_package(sealed, position=2):
    claims = [{"claim": "entry", "position": position}]
    return package(sealed, "entry", {"position": position}, claims, positions=[position])


def right_package(sealed, right=RIGHT):
    return package(
        sealed, "right", {"right": right}, [history_claim(sealed, right), status_claim(sealed, right)],
        positions=sealed.ledger.positions_of(f"asset:{right}"), keys=[f"asset:{right}"], statement_of=right,
    )  # fmt: skip


def status_package(sealed, right=RIGHT):
    return package(
        sealed, "status", {"right": right}, [status_claim(sealed, right)],
        keys=[f"asset:{right}", f"party:{party_of(OWNER)}"], statement_of=right,
    )  # fmt: skip


def absence_package(sealed, right=ABSENT_RIGHT):
    claims = [{"claim": "absent", "right": right}]
    return package(sealed, "status", {"right": right}, claims, keys=[f"asset:{right}"])


def priority_package(sealed, *, as_of="2020-12-31", ranks=(1, 2)):
    claims = [
        {
            "claim": "priority",
            "right": RIGHT,
            "first": {"id": PLEDGE_1, "rank": ranks[0]},
            "second": {"id": PLEDGE_2, "rank": ranks[1]},
            "as_of": as_of,
        },
        history_claim(sealed),
        status_claim(sealed),
    ]
    request = {"right": RIGHT, "first": PLEDGE_1, "second": PLEDGE_2, "as_of": as_of}
    return package(
        sealed, "priority", request, claims,
        positions=sealed.ledger.positions_of(f"asset:{RIGHT}"), keys=[f"asset:{RIGHT}"], statement_of=RIGHT,
    )  # fmt: skip


def order_package(sealed, first=2, second=4):
    claims = [{"claim": "order", "first": first, "second": second}]
    claims += [{"claim": "entry", "position": position} for position in sorted({first, second})]
    request = {"first": first, "second": second}
    return package(sealed, "priority", request, claims, positions=sorted({first, second}))


def document_package(sealed, position=3, content=DOCUMENT):
    digest = sha256(content).hex()
    claims = [
        {"claim": "document", "sha256": digest, "position": position},
        {"claim": "entry", "position": position},
    ]
    made = package(sealed, "document", {"sha256": digest, "position": position}, claims, positions=[position])
    made.members[f"documents/{digest}"] = content
    made.members[f"disclosures/{position}.json"] = canonical.encode([TITLE])
    return made


def consistency_package(sealed, earlier):
    claims = [{"claim": "consistent", "from": earlier.size, "to": sealed.size}]
    made = package(sealed, "consistency", {"from": earlier.size, "to": sealed.size}, claims)
    hashes = sealed.ledger.hashes(sealed.size)
    made.set_json(
        "proofs/consistency.json",
        {
            "from": {
                "size": earlier.size,
                "root": merkle.root(earlier.ledger.hashes(earlier.size)).hex(),
                "note": earlier.note.decode(),
            },
            "proof": [each.hex() for each in merkle.consistency_proof(hashes, earlier.size)],
        },
    )
    return made


def party_of(party):
    from ledger.values.parties import party_id

    return party_id(party.name)


def cosign(name, note, seed=7, seconds=1_780_272_000):
    """A witness's verifier key (its text) and its line over the note (C2SP tlog-cosignature)."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    public = private.public_key().public_bytes_raw()
    key_id = sha256(name.encode() + b"\n\x04" + public)[:4]
    text = note.partition(b"\n\n")[0] + b"\n"
    signature = private.sign(b"cosignature/v1\ntime %d\n" % seconds + text)
    line = f"— {name} {base64.b64encode(key_id + seconds.to_bytes(8, 'big') + signature).decode()}\n"
    encoded = base64.b64encode(b"\x04" + public).decode()
    return f"{name}+{key_id.hex()}+{encoded}\n".encode(), line.encode()
