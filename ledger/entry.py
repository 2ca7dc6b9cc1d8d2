"""The entry: what one position of the ledger says, and the bytes it is kept as (design 4.1).

A `Draft` is everything the author knows; the store adds the right's sequence and previous digest and the
recording time when it appends, and what was hashed is never serialized again.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from ledger import canonical, chain
from ledger.errors import EntryMalformed, InputRejected, NotCanonical
from ledger.values.dates import parse_moment

ENTRY_VERSION: Final = 1
ASSET: Final = "asset:"

_FIELDS: Final = frozenset(
    (
        "v", "type", "type_v", "class", "subjects", "assets", "effective_at", "recorded_at",
        "actor", "command_id", "source", "data", "commitments", "salt",
    )
)  # fmt: skip
_TAG: Final = re.compile(
    r"(asset|party|license|pledge|freeze|pool|case|record|document|subject|seal):[^\s\0][^\n\0]{0,255}"
)
_TYPE: Final = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}")
_SHA256_HEX: Final = re.compile(r"[0-9a-f]{64}")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_SALT: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
"""16 bytes in base64url without padding: of the last sign only two bits are used."""
_SALT_BYTES: Final = 16


class EntryClass(StrEnum):
    """Whose word an entry is (rule N-1)."""

    PARTY = "PARTY"
    AUTHORITY = "AUTHORITY"
    OPERATOR = "OPERATOR"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from (E-1, J-8): the register, its number for it, the digest of the exact bytes."""

    register: str
    number: str
    digest: str
    media_type: str

    def as_json(self) -> dict[str, Any]:
        """The member `source` of an entry."""
        return {
            "register": self.register,
            "number": self.number,
            "digest": self.digest,
            "media_type": self.media_type,
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact ready to be appended: an entry without its place.

    `subjects` are tags; each `asset:` tag names a right whose statement the entry can change.
    `effective_at` is a date `YYYY-MM-DD` (Asia/Shanghai) or an instant with zone.
    """

    type: str
    type_v: int
    entry_class: EntryClass
    subjects: tuple[str, ...]
    effective_at: str
    actor: str
    command_id: str
    data: Mapping[str, Any]
    salt: str
    source: Source | None = None
    commitments: tuple[str, ...] = ()

    @property
    def assets(self) -> tuple[str, ...]:
        """Ids of the rights concerned, sorted."""
        return tuple(sorted(tag[len(ASSET) :] for tag in self.subjects if tag.startswith(ASSET)))

    def encode(self, assets: list[list[Any]], recorded_at: datetime) -> bytes:
        """The canonical bytes; `assets` holds `[id, seq, prev]` for each of `self.assets`, in that order.

        Raises:
            NotCanonical: a member lies outside the permitted value space.
            EntryMalformed: a member has the wrong shape.
        """
        return self.prepare().encode(assets, format_instant(recorded_at))

    def prepare(self) -> "PreparedDraft":
        """Encode and check everything but the place, so that the one writer has little left to do.

        Raises:
            NotCanonical: a member lies outside the permitted value space.
            EntryMalformed: a member has the wrong shape.
        """
        subjects = _checked(self)
        whole = canonical.encode(
            {
                "v": ENTRY_VERSION,
                "type": self.type,
                "type_v": self.type_v,
                "class": self.entry_class.value,
                "subjects": subjects,
                "assets": [],
                "effective_at": self.effective_at,
                "recorded_at": "",
                "actor": self.actor,
                "command_id": self.command_id,
                "source": None if self.source is None else self.source.as_json(),
                "data": self.data,
                "commitments": sorted(self.commitments),
                "salt": self.salt,
            }
        )
        # Members stand in the order of their names: actor, assets, class … effective_at, recorded_at, salt,
        # source … v. Nothing after recorded_at can hold its name and an empty text, as data could.
        links = len(b'{"actor":') + len(canonical.encode(self.actor)) + len(b',"assets":')
        instant = whole.rindex(b',"recorded_at":"",') + len(b',"recorded_at":"')
        salted = instant + len(b'","salt":') + len(canonical.encode(self.salt))
        return PreparedDraft(
            type=self.type,
            subjects=tuple(subjects),
            assets=tuple([tag[len(ASSET) :] for tag in subjects if tag.startswith(ASSET)]),
            before_links=whole[:links],
            before_instant=whole[links + len(b"[]") : instant],
            salt=whole[instant:salted],
            after_salt=whole[salted:],
        )


@dataclass(frozen=True, slots=True)
class PreparedDraft:
    """A draft as canonical bytes with two gaps: the rights' links and the recording time."""

    type: str
    subjects: tuple[str, ...]
    assets: tuple[str, ...]
    before_links: bytes
    before_instant: bytes
    salt: bytes
    after_salt: bytes

    def encode(self, links: Sequence[Sequence[Any]], recorded_at: str) -> bytes:
        """The entry's bytes; `links` holds `[id, seq, prev]` for each of `self.assets`, in that order."""
        if len(links) != len(self.assets) or any(
            link[0] != asset for link, asset in zip(links, self.assets, strict=True)
        ):
            raise ValueError("a link for each right of the draft, in order")
        return b"".join(
            (
                self.before_links,
                canonical.encode(list(links)),
                self.before_instant,
                recorded_at.encode(),
                self.salt,
                self.after_salt,
            )
        )

    @property
    def content(self) -> bytes:
        """What a repeat of the same command would say again: all but place and salt."""
        return self.before_links + self.before_instant + self.after_salt


@dataclass(frozen=True, slots=True)
class AssetLink:
    """This entry is the `seq`-th of right `id`; `prev` is the digest (hex) of the one before."""

    id: str
    seq: int
    prev: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored entry, parsed. `raw` is what was hashed; everything else is read from it."""

    position: int
    raw: bytes
    type: str
    type_v: int
    entry_class: EntryClass
    subjects: tuple[str, ...]
    assets: tuple[AssetLink, ...]
    effective_at: str
    recorded_at: datetime
    actor: str
    command_id: str
    source: Source | None
    data: dict[str, Any]
    commitments: tuple[str, ...]
    salt: str

    @property
    def digest(self) -> bytes:
        """`D` of this entry."""
        return chain.entry_digest(self.raw)

    @property
    def asset_ids(self) -> tuple[str, ...]:
        """Ids of the rights concerned, sorted."""
        return tuple(asset.id for asset in self.assets)


def parse(raw: bytes, position: int) -> Entry:
    """The entry that stands at `position` with bytes `raw`.

    Raises:
        EntryMalformed: not canonical JSON, or not an entry of version 1.
    """
    try:
        value = canonical.decode(raw)
    except NotCanonical as error:
        raise EntryMalformed(error.message_en, position) from error
    if type(value) is not dict or value.keys() != _FIELDS:
        raise EntryMalformed("its members are not those of version 1", position)
    _check_scalars(value, position)
    subjects, assets = _subjects(value, position)
    return Entry(
        position=position,
        raw=raw,
        type=value["type"],
        type_v=value["type_v"],
        entry_class=EntryClass(value["class"]),
        subjects=subjects,
        assets=assets,
        effective_at=value["effective_at"],
        recorded_at=parse_instant(value["recorded_at"]),
        actor=value["actor"],
        command_id=value["command_id"],
        source=_source(value["source"], position),
        data=value["data"],
        commitments=_texts(value["commitments"], "commitments", position),
        salt=value["salt"],
    )


def read_own(raw: bytes, position: int) -> Entry:
    """The entry of bytes that this ledger's writer encoded, and whose digest was checked: what `parse` gives.

    Their form is not checked again, which takes a third of the time; whoever must not believe the writer
    uses `parse`.

    Raises:
        EntryMalformed: they are not an entry of version 1 after all.
    """
    try:
        value = orjson.loads(raw)
        source = value["source"]
        return Entry(
            position=position,
            raw=raw,
            type=value["type"],
            type_v=value["type_v"],
            entry_class=EntryClass(value["class"]),
            subjects=tuple(value["subjects"]),
            assets=tuple([AssetLink(*link) for link in value["assets"]]),
            effective_at=value["effective_at"],
            recorded_at=datetime.fromisoformat(value["recorded_at"]),
            actor=value["actor"],
            command_id=value["command_id"],
            source=None if source is None else Source(**source),
            data=value["data"],
            commitments=tuple(value["commitments"]),
            salt=value["salt"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise EntryMalformed(f"{type(error).__name__}: {error}", position) from error


def new_salt() -> str:
    """16 random bytes in base64url without padding: an entry cannot be guessed from its digest."""
    return _as_salt(secrets.token_bytes(_SALT_BYTES))


def new_salts() -> Iterator[str]:
    """Salts without end, drawn many at a time: asking the system is slow, and lets another thread go on."""
    while True:
        drawn = secrets.token_bytes(_SALT_BYTES * 256)
        for begin in range(0, len(drawn), _SALT_BYTES):
            yield _as_salt(drawn[begin : begin + _SALT_BYTES])


def _as_salt(drawn: bytes) -> str:
    return urlsafe_b64encode(drawn).rstrip(b"=").decode()


def format_instant(instant: datetime) -> str:
    """An aware instant as `YYYY-MM-DDThh:mm:ss.ffffffZ`."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_instant(text: str) -> datetime:
    """The inverse of `format_instant`; raises ValueError for anything else."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"not an instant of the form YYYY-MM-DDThh:mm:ss.ffffffZ: {text!r}")
    return datetime.fromisoformat(text)


def _checked(draft: Draft) -> list[str]:
    """The sorted subjects of a draft whose members have the shapes `parse` will ask for."""
    _check_words(draft)
    for tag in draft.subjects:
        if type(tag) is not str or not _TAG.fullmatch(tag):
            raise EntryMalformed(f"subject {tag!r} is not a tag")
    for name in ("subjects", "commitments"):
        if len(set(getattr(draft, name))) != len(getattr(draft, name)):
            raise EntryMalformed(f"{name} has repeats")
    if draft.source is not None and not _SHA256_HEX.fullmatch(draft.source.digest):
        raise EntryMalformed("the source's digest is not SHA-256 in hex")
    return sorted(draft.subjects)


def _check_words(draft: Draft) -> None:
    if not _TYPE.fullmatch(draft.type) or type(draft.type_v) is not int or draft.type_v < 1:
        raise EntryMalformed(f"type {draft.type!r} or its version is not a name and a number")
    for name in ("effective_at", "actor", "command_id", "salt"):
        if type(getattr(draft, name)) is not str or not getattr(draft, name):
            raise EntryMalformed(f"{name} is not text")
    if not _SALT.fullmatch(draft.salt):
        raise EntryMalformed("salt is not 16 bytes in base64url")
    if not _is_moment(draft.effective_at):
        raise EntryMalformed("effective_at is not a day or an instant with zone")
    if "\0" in draft.command_id:
        raise EntryMalformed("command_id holds a zero character, which the database cannot index")


def _check_scalars(value: dict[str, Any], position: int) -> None:
    if value["v"] != ENTRY_VERSION or type(value["v"]) is not int:
        raise EntryMalformed(f"version {value['v']!r} is not {ENTRY_VERSION}", position)
    for name in ("type", "class", "effective_at", "recorded_at", "actor", "command_id", "salt"):
        if type(value[name]) is not str or not value[name]:
            raise EntryMalformed(f"{name} is not text", position)
    if not _TYPE.fullmatch(value["type"]) or type(value["type_v"]) is not int or value["type_v"] < 1:
        raise EntryMalformed("type or type_v is not a name and a number", position)
    if value["class"] not in EntryClass.__members__:
        raise EntryMalformed(f"class {value['class']!r} is unknown", position)
    if type(value["data"]) is not dict:
        raise EntryMalformed("data is not an object", position)
    if not _SALT.fullmatch(value["salt"]):
        raise EntryMalformed("salt is not 16 bytes in base64url", position)
    if not _is_moment(value["effective_at"]):
        raise EntryMalformed("effective_at is not a day or an instant with zone", position)
    try:
        parse_instant(value["recorded_at"])
    except ValueError as error:
        raise EntryMalformed("recorded_at is not an instant in UTC", position) from error


def _is_moment(text: str) -> bool:
    try:
        parse_moment(text)
    except InputRejected:
        return False
    return True


def _subjects(value: dict[str, Any], position: int) -> tuple[tuple[str, ...], tuple[AssetLink, ...]]:
    subjects = _texts(value["subjects"], "subjects", position)
    if not all(_TAG.fullmatch(tag) for tag in subjects):
        raise EntryMalformed("a subject is not a tag", position)
    rows = value["assets"]
    if type(rows) is not list:
        raise EntryMalformed("assets is not a list", position)
    links = tuple(_asset_link(row, position) for row in rows)
    if [link.id for link in links] != [tag[len(ASSET) :] for tag in subjects if tag.startswith(ASSET)]:
        raise EntryMalformed("assets and asset subjects differ", position)
    return subjects, links


def _asset_link(row: Any, position: int) -> AssetLink:
    match row:
        case [str(identifier), int(seq), str(prev)] if (
            type(seq) is int
            and seq >= 1
            and _SHA256_HEX.fullmatch(prev)
            and (seq == 1) == (prev == chain.NO_PREVIOUS)
        ):
            return AssetLink(identifier, seq, prev)
        case _:
            raise EntryMalformed("an asset link is not [id, seq, prev]", position)


def _texts(value: Any, name: str, position: int) -> tuple[str, ...]:
    if type(value) is not list or not all(type(text) is str for text in value):
        raise EntryMalformed(f"{name} is not a list of text", position)
    if value != sorted(set(value)):
        raise EntryMalformed(f"{name} is not sorted and free of repeats", position)
    return tuple(value)


def _source(value: Any, position: int) -> Source | None:
    match value:
        case None:
            return None
        case {
            "register": str(register),
            "number": str(number),
            "digest": str(digest),
            "media_type": str(media_type),
        } if len(value) == 4 and _SHA256_HEX.fullmatch(digest):
            return Source(register, number, digest, media_type)
        case _:
            raise EntryMalformed("source is not {register, number, digest, media_type}", position)
