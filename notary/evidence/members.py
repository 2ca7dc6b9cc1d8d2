"""The members of an evidence package that are JSON (docs/formats.md 8.1 and 8.2), read strictly.

Each form is one frozen model: what it does not name, or names otherwise, is refused. Digests are lower-case
hex. Models are written as canonical JSON, so equal values are equal bytes.
"""

import re
from typing import Annotated, Any, Final, Literal, Self, TypeVar

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from ledger import canonical
from ledger.errors import InputRejected, NotCanonical
from ledger.values.dates import parse_day
from notary.errors import PackageInvalid

MANIFEST: Final = "manifest.json"
ENTRY_PROOFS: Final = "proofs/entries.json"
MAP_PROOFS: Final = "proofs/map.json"
CONSISTENCY: Final = "proofs/consistency.json"
STATEMENT: Final = "proofs/statement.json"
CHECKPOINT: Final = "checkpoint"
COSIGNATURES: Final = "cosignatures"
VERSION: Final = 1
VERSION_UNKNOWN: Final = "VERSION_UNKNOWN"

KINDS: Final = ("entry", "right", "status", "priority", "document", "consistency")

_ENTRY: Final = re.compile(r"entries/([0-9]+)\.json")
_JSON_BYTES_MAX: Final = 1 << 28

T = TypeVar("T")


def _is_day(text: str) -> str:
    try:
        parse_day(text)
    except InputRejected as error:
        raise ValueError(error.message_en) from error
    return text


def _once_each(texts: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(texts)) != len(texts):
        raise ValueError("an item stands there twice")
    return texts


Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hex."""
Day = Annotated[str, AfterValidator(_is_day)]
Number = Annotated[int, Field(ge=1, le=canonical.MAX_INTEGER)]
"""A position, size or count."""
Text = Annotated[str, Field(min_length=1, max_length=300)]


class Member(BaseModel):
    """Plain immutable data; nothing is converted and nothing unknown is let through."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class EntryClaim(Member):
    """The entry at `position` is in the log."""

    claim: Literal["entry"] = "entry"
    position: Number


class HistoryClaim(Member):
    """There are exactly `count` entries of the right, all here; `head` is the digest of the last."""

    claim: Literal["history"] = "history"
    right: Text
    count: Number
    head: Hex


class StatusClaim(Member):
    """The ledger says of the right what `proofs/statement.json`, of that digest, says, and nothing else."""

    claim: Literal["status"] = "status"
    right: Text
    count: Number
    head: Hex
    statement: Hex


class AbsentClaim(Member):
    """No entry of the ledger concerns the right."""

    claim: Literal["absent"] = "absent"
    right: Text


class Ranked(Member):
    """An encumbrance and the rank claimed for it."""

    id: Text
    rank: Number


class PriorityClaim(Member):
    """Two encumbrances of a right have these ranks on the day `as_of`."""

    claim: Literal["priority"] = "priority"
    right: Text
    first: Ranked
    second: Ranked
    as_of: Day


class OrderClaim(Member):
    """Of two entries, the one at the lower position was recorded first."""

    claim: Literal["order"] = "order"
    first: Number
    second: Number


class DocumentClaim(Member):
    """The entry at `position` commits to a file."""

    claim: Literal["document"] = "document"
    sha256: Hex
    position: Number


class ConsistentClaim(Member):
    """The log of size `to` extends the log of size `from`."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    claim: Literal["consistent"] = "consistent"
    from_: Annotated[Number, Field(alias="from")]
    to: Number


Claim = Annotated[
    EntryClaim
    | HistoryClaim
    | StatusClaim
    | AbsentClaim
    | PriorityClaim
    | OrderClaim
    | DocumentClaim
    | ConsistentClaim,
    Field(discriminator="claim"),
]


class Listed(Member):
    """A member of the archive as the manifest lists it."""

    name: str
    size: Annotated[int, Field(ge=0)]
    sha256: Hex


class Sealed(Member):
    """Which checkpoint the package rests on: its size and the position of the seal's entry."""

    size: Annotated[int, Field(ge=0, le=canonical.MAX_INTEGER)]
    seal: Number | None


class Manifest(Member):
    """What the package sets out to prove, and every other member of it."""

    v: Annotated[int, Field(ge=VERSION, le=VERSION)]
    kind: Literal["entry", "right", "status", "priority", "document", "consistency"]
    origin: Text
    request: dict[str, Any]
    checkpoint: Sealed
    claims: tuple[Claim, ...]
    files: tuple[Listed, ...]


class EntryProof(Member):
    """The link value before an entry, and the path of its own link in the log."""

    position: Number
    previous: Hex
    inclusion: tuple[Hex, ...]


class RightLeaf(Member):
    """What the map holds of a right."""

    count: Number
    head: Hex
    statement: Hex


class ListLeaf(Member):
    """What the map holds of a party or pool."""

    count: Number
    acc: Hex


class OtherLeaf(Member):
    """Another key's leaf, where the path of an absent key ends."""

    key: Hex
    value: Hex


class MapRecord(Member):
    """The path of one key in the map."""

    key_of: Text
    siblings: tuple[Hex, ...]
    leaf: RightLeaf | ListLeaf | None
    other: OtherLeaf | None = None

    @model_validator(mode="after")
    def _other_is_for_absence(self) -> Self:
        """`other` is written where the key is absent, be it null, and nowhere else."""
        if ("other" in self.model_fields_set) == (self.leaf is not None):
            raise ValueError("other is a member where leaf is null, and there only")
        return self


class Earlier(Member):
    """An earlier state of the log: its size and root, and its signed note where it was sealed."""

    size: Number
    root: Hex
    note: str | None


class ConsistencyRecord(Member):
    """The proof that the package's checkpoint extends an earlier state."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    from_: Annotated[Earlier, Field(alias="from")]
    proof: tuple[Hex, ...]


_MANIFEST: Final = TypeAdapter(Manifest)
_ENTRY_PROOFS: Final = TypeAdapter(tuple[EntryProof, ...])
_MAP_RECORDS: Final = TypeAdapter(tuple[MapRecord, ...])
_CONSISTENCY: Final = TypeAdapter(ConsistencyRecord)
_DISCLOSURES: Final = TypeAdapter(Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_once_each)])


def entry_name(position: int) -> str:
    """The member that holds the entry at a position."""
    return f"entries/{position}.json"


def entry_position(name: str) -> int | None:
    """The position of the entry a member holds, or None for another member."""
    match = _ENTRY.fullmatch(name)
    return None if match is None else int(match[1])


def read_manifest(content: bytes) -> Manifest:
    """The manifest; unlike the other members it must be canonical.

    Raises:
        PackageInvalid: VERSION_UNKNOWN, MEMBER_UNREADABLE, MANIFEST_NOT_CANONICAL.
    """
    version = _version(content)
    if version > VERSION:
        raise PackageInvalid(
            VERSION_UNKNOWN,
            "The package is of version {version}; this verifier reads version {known}.",
            "证据包为第 {version} 版；本核验程序可读第 {known} 版。",
            version=version,
            known=VERSION,
        )
    manifest = _read(_MANIFEST, MANIFEST, content)
    try:
        canonical.decode(content)
    except NotCanonical as error:
        raise PackageInvalid(
            "MANIFEST_NOT_CANONICAL",
            "The manifest is not canonical JSON: {reason}.",
            "清单不是规范 JSON：{reason}。",
            reason=error.message_en,
        ) from error
    return manifest


def _version(content: bytes) -> int:
    """The version a manifest says it is of; 0 if it says none."""
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError:
        return 0
    version = said.get("v") if isinstance(said, dict) else None
    return version if type(version) is int else 0


def read_entry_proofs(content: bytes) -> tuple[EntryProof, ...]:
    """`proofs/entries.json`. Raises PackageInvalid: MEMBER_UNREADABLE."""
    return _read(_ENTRY_PROOFS, ENTRY_PROOFS, content)


def read_map_records(content: bytes) -> tuple[MapRecord, ...]:
    """`proofs/map.json`. Raises PackageInvalid: MEMBER_UNREADABLE."""
    return _read(_MAP_RECORDS, MAP_PROOFS, content)


def read_consistency(content: bytes) -> ConsistencyRecord:
    """`proofs/consistency.json`. Raises PackageInvalid: MEMBER_UNREADABLE."""
    return _read(_CONSISTENCY, CONSISTENCY, content)


def read_disclosures(name: str, content: bytes) -> tuple[str, ...]:
    """`disclosures/<position>.json`. Raises PackageInvalid: MEMBER_UNREADABLE."""
    return _read(_DISCLOSURES, name, content)


def read_statement(content: bytes) -> dict[str, Any]:
    """`proofs/statement.json`, which must be canonical.

    Raises:
        PackageInvalid: MEMBER_UNREADABLE.
    """
    try:
        statement = canonical.decode(content)
    except NotCanonical as error:
        raise unreadable(STATEMENT, error.message_en) from error
    if type(statement) is not dict:
        raise unreadable(STATEMENT, "it is not a JSON object")
    return statement


def encode(value: Member | tuple[Member, ...]) -> bytes:
    """A form, or a list of them, as canonical JSON. Members that are None by default are left out."""
    if isinstance(value, tuple):
        return canonical.encode([_plain(each) for each in value])
    return canonical.encode(_plain(value))


def _plain(value: Member) -> dict[str, Any]:
    plain: dict[str, Any] = value.model_dump(mode="json", by_alias=True)
    if isinstance(value, MapRecord) and value.leaf is not None:
        del plain["other"]
    return plain


def _read(adapter: TypeAdapter[T], name: str, content: bytes) -> T:
    if len(content) > _JSON_BYTES_MAX:
        raise unreadable(name, "it is too large")
    try:
        return adapter.validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = "/".join(str(part) for part in first["loc"])
        raise unreadable(name, f"{at}: {first['msg']}" if at else str(first["msg"])) from error


def unreadable(name: str, reason: str) -> PackageInvalid:
    """The error for a member that is not of its form."""
    return PackageInvalid(
        "MEMBER_UNREADABLE",
        "{name} is not of its form: {reason}.",
        "{name} 格式不符：{reason}。",
        name=name,
        reason=reason[:300],
    )
