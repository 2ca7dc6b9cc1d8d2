"""Signatures of parties on commands: detached JWS (RFC 7515, appendix F; RFC 7797), EdDSA and ES256.

A party signs the canonical bytes of the command it submits (`command_payload`), so that nobody else, the
operator included, can have invented the deal. Its key is a public JWK (RFC 7517), named by its thumbprint
(RFC 7638). The payload is signed as it is (`"b64":false`, what `sign` makes) or, by clients whose library
knows no other way, in base64url.

What is accepted is narrow: one spelling of each text, two algorithms with the key deciding which, no member
of a header that is not understood. Of one ES256 signature (r, s) the twin (r, n-s) verifies as well, as in
every JWS: a signature proves who signed what, and is no identity of the act.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, Self, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from ledger import canonical
from ledger.errors import InputRejected

Algorithm: TypeAlias = Literal["EdDSA", "ES256"]
PrivateKey: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey

HEADER_LENGTH_MAX: Final = 1024
"""Characters of `protected`; a header with every permitted member has less than 400."""

SIGNATURE_SIZE: Final = 64
"""Ed25519: R and S (RFC 8032, 5.1.6). ES256: r and s, 32 bytes each (RFC 7518, 3.4)."""

UNSIGNED_MEMBERS: Final = frozenset(("signatures", "confidential"))
"""Members of a command that no signature covers: the signatures, and what the entry only commits to."""

_COORDINATE_SIZE: Final = 32
_P256_PRIME: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1  # NIST SP 800-186, 3.2.1.3
_ED25519_PRIME: Final = 2**255 - 19  # RFC 8032, 5.1
_ED25519_D: Final = -121665 * pow(121666, -1, _ED25519_PRIME) % _ED25519_PRIME
_INSTANT_MAX: Final = 253_402_300_799  # 9999-12-31T23:59:59Z: the last second a datetime can hold
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+/-]{1,127}")  # RFC 7515, 4.1.9; names as in RFC 6838, 4.2
_SHAPES: Final[dict[tuple[str, str], Algorithm]] = {("OKP", "Ed25519"): "EdDSA", ("EC", "P-256"): "ES256"}
_PRIVATE_MEMBERS: Final = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))  # RFC 7518, 6
_HEADER_MEMBERS: Final = frozenset(("alg", "kid", "b64", "crit", "typ", "iat"))

_KEY_REASONS: Final = {
    "SHAPE": ("it is not a JSON object", "不是 JSON 对象"),
    "PRIVATE": (
        "it holds private members, and whoever saw them can sign: make a new key, submit its public half",
        "其中含有私钥成员，见过者均可签名：请更换新密钥，并且只提交公钥",
    ),
    "MEMBER": (
        "only kty, crv, x, y, kid, alg, use, key_ops and ext may stand in it",
        "只能含有 kty、crv、x、y、kid、alg、use、key_ops 和 ext",
    ),
    "KIND": (
        "kty and crv must be OKP and Ed25519, or EC and P-256",
        "kty 与 crv 须为 OKP 与 Ed25519，或 EC 与 P-256",
    ),
    "USE": (
        "alg must be EdDSA or ES256 as the key is, use sig, key_ops [verify]; or leave them out",
        "alg 须与密钥相符（EdDSA 或 ES256），use 须为 sig，key_ops 须为 [verify]；亦可省略",
    ),
    "COORDINATE": (
        "each coordinate is 32 bytes in canonical base64url without padding; Ed25519 has no y",
        "每个坐标为 32 字节的无填充规范 base64url 编码；Ed25519 没有 y",
    ),
    "POINT": (
        "its coordinates are no point of the curve that can serve as a key",
        "其坐标不是曲线上可用作密钥的点",
    ),
    "KID": (
        "its kid is not the RFC 7638 thumbprint of the key; leave kid out or correct it",
        "kid 不是该密钥的 RFC 7638 指纹；请省略或更正 kid",
    ),
}

_SIGNATURE_REASONS: Final = {
    "SHAPE": (
        "it is not an object of the two texts protected and signature",
        "应为仅含 protected 与 signature 两个文本成员的对象",
    ),
    "HEADER_ENCODING": (
        f"protected is not canonical base64url without padding, of at most {HEADER_LENGTH_MAX} characters",
        f"protected 应为无填充的规范 base64url，最多 {HEADER_LENGTH_MAX} 个字符",
    ),
    "HEADER_JSON": (
        "the protected header is not a JSON object in UTF-8 that names each member once",
        "受保护头不是成员名不重复的 UTF-8 JSON 对象",
    ),
    "HEADER_MEMBER": (
        "the protected header holds alg, kid, b64, crit, typ (a media type), iat (whole seconds) only",
        "受保护头只能含有 alg、kid、b64、crit、typ 和 iat，其中 typ 为媒体类型，iat 为整数秒",
    ),
    "CRITICAL": (
        "b64 is true or false and stands in crit, crit is [b64] only; or leave out both (RFC 7797)",
        "b64 须为 true 或 false 且列于 crit，crit 只能为 [b64]；或两者均省略（RFC 7797）",
    ),
    "ALGORITHM": (
        "alg must be EdDSA for an Ed25519 key or ES256 for a P-256 key",
        "alg 须为 EdDSA（Ed25519 密钥）或 ES256（P-256 密钥）",
    ),
    "KID": (
        "kid must name the key by its RFC 7638 thumbprint",
        "kid 须以 RFC 7638 指纹标明密钥",
    ),
    "OTHER_KEY": ("it was made with another key", "签名使用的是另一把密钥"),
    "SIGNATURE_ENCODING": (
        "signature is not 64 bytes in canonical base64url without padding; ES256 takes r and s, not DER",
        "signature 应为 64 字节的无填充规范 base64url；ES256 取 r 与 s，而非 DER",
    ),
    "MISMATCH": (
        "this key did not sign these bytes: something was changed, or not the canonical bytes were signed",
        "该密钥未对这些字节签名：内容被改动，或签名的不是规范字节",
    ),
}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A party's key as `read_jwk` and `public_key_of` make it; `x` and `y` are base64url as in the JWK."""

    algorithm: Algorithm
    x: str
    y: str | None = None

    @property
    def kid(self) -> str:
        """The thumbprint (RFC 7638, section 3; RFC 8037, section 2): SHA-256, base64url without padding."""
        return _encoded(sha256(canonical.encode(self._members())).digest())

    def as_jwk(self) -> dict[str, str]:
        """The public JWK with its kid."""
        return self._members() | {"kid": self.kid}

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Is this the signature (64 bytes, as it stands in a JWS) of this key over the message?"""
        if len(signature) != SIGNATURE_SIZE:
            return False
        x = urlsafe_b64decode(self.x + "=")
        try:
            if self.y is None:
                Ed25519PublicKey.from_public_bytes(x).verify(signature, message)
                return True
            point = EllipticCurvePublicNumbers(
                _integer(x), _integer(urlsafe_b64decode(self.y + "=")), SECP256R1()
            )
            r, s = _integer(signature[:_COORDINATE_SIZE]), _integer(signature[_COORDINATE_SIZE:])
            point.public_key().verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True

    def _members(self) -> dict[str, str]:
        if self.y is None:
            return {"kty": "OKP", "crv": "Ed25519", "x": self.x}
        return {"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y}


@dataclass(frozen=True, slots=True)
class Header:
    """What a protected header says; `issued_at` is in seconds since 1970, by the signer's own clock."""

    algorithm: Algorithm
    kid: str | None
    b64: bool
    typ: str | None
    issued_at: int | None


@dataclass(frozen=True, slots=True)
class Signature:
    """A detached signature: both texts base64url without padding, exactly as they were made."""

    protected: str
    signature: str

    @classmethod
    def read(cls, value: object) -> Self:
        """A signature from its JSON form `{"protected": …, "signature": …}`.

        Raises:
            InputRejected: SIGNATURE_INVALID, reasons SHAPE, SIGNATURE_ENCODING and those of `read_header`.
        """
        if not isinstance(value, Mapping) or set(value) != {"protected", "signature"}:
            raise _invalid("SHAPE")
        protected, signature = value["protected"], value["signature"]
        if not isinstance(protected, str) or not isinstance(signature, str):
            raise _invalid("SHAPE")
        made = cls(protected, signature)
        read_header(protected)
        made.octets()
        return made

    def as_json(self) -> dict[str, str]:
        """What stands in a command and is kept."""
        return {"protected": self.protected, "signature": self.signature}

    def octets(self) -> bytes:
        """The 64 bytes of the signature.

        Raises:
            InputRejected: SIGNATURE_INVALID, reason SIGNATURE_ENCODING.
        """
        octets = _decoded(self.signature, 2 * SIGNATURE_SIZE)
        if octets is None or len(octets) != SIGNATURE_SIZE:
            raise _invalid("SIGNATURE_ENCODING")
        return octets


def read_jwk(jwk: object) -> PublicKey:
    """A party's key from its public JWK: OKP with Ed25519 (RFC 8037), or EC with P-256 (RFC 7518, 6.2).

    `kid`, `alg`, `use`, `key_ops` and `ext` may stand in it if they say what is so anyway; every other member
    is refused, because nobody would check what it says.

    Raises:
        InputRejected: KEY_INVALID, with a `reason` of SHAPE, PRIVATE, MEMBER, KIND, USE, COORDINATE, POINT
            or KID. The data never holds the key.
    """
    if not isinstance(jwk, Mapping):
        raise _key_invalid("SHAPE")
    names = set(jwk)
    if names & _PRIVATE_MEMBERS:
        raise _key_invalid("PRIVATE")
    if names - {"kty", "crv", "x", "y", "kid", "alg", "use", "key_ops", "ext"}:
        raise _key_invalid("MEMBER")
    kty, crv = jwk.get("kty"), jwk.get("crv")
    algorithm = _SHAPES.get((kty, crv)) if isinstance(kty, str) and isinstance(crv, str) else None
    if algorithm is None:
        raise _key_invalid("KIND")
    _check_use(jwk, algorithm)
    key = _point(algorithm, jwk)
    if "kid" in jwk and jwk["kid"] != key.kid:
        raise _key_invalid("KID")
    return key


def public_key_of(private_key: PrivateKey) -> PublicKey:
    """The public half of a private key: its `as_jwk()` is what a party registers.

    Raises:
        InputRejected: KEY_INVALID, reason KIND: the curve is not P-256.
    """
    if isinstance(private_key, Ed25519PrivateKey):
        return PublicKey("EdDSA", _encoded(private_key.public_key().public_bytes_raw()))
    if not isinstance(private_key.curve, SECP256R1):
        raise _key_invalid("KIND")
    point = private_key.public_key().public_numbers()
    return PublicKey("ES256", _encoded(_coordinate(point.x)), _encoded(_coordinate(point.y)))


def read_header(protected: str) -> Header:
    """What a protected header says. `kid` may be missing here; who verifies needs it.

    Raises:
        InputRejected: SIGNATURE_INVALID, with a `reason` of HEADER_ENCODING, HEADER_JSON, HEADER_MEMBER,
            CRITICAL, ALGORITHM or KID.
    """
    members = _header_members(protected)
    if members.keys() - _HEADER_MEMBERS:
        raise _invalid("HEADER_MEMBER")
    algorithm: Algorithm
    match members.get("alg"):
        case "EdDSA":
            algorithm = "EdDSA"
        case "ES256":
            algorithm = "ES256"
        case _:
            raise _invalid("ALGORITHM")
    kid = members.get("kid")
    if "kid" in members and not _is_thumbprint(kid):
        raise _invalid("KID")
    # RFC 7797, section 6, lets a lone "b64":true pass; here b64 and crit come together or not at all.
    b64 = members.get("b64", True)
    paired = ("b64" in members) == ("crit" in members)
    if not paired or not isinstance(b64, bool) or members.get("crit", ["b64"]) != ["b64"]:
        raise _invalid("CRITICAL")
    typ, issued_at = members.get("typ"), members.get("iat")
    if "typ" in members and not (isinstance(typ, str) and _TYPE.fullmatch(typ)):
        raise _invalid("HEADER_MEMBER")
    if "iat" in members and not (type(issued_at) is int and 0 <= issued_at <= _INSTANT_MAX):
        raise _invalid("HEADER_MEMBER")
    return Header(algorithm, kid, b64, typ, issued_at)


def kid_of(signature: Signature) -> str:
    """The thumbprint of the key that the signature says it was made with.

    Raises:
        InputRejected: SIGNATURE_INVALID, with the reasons of `read_header`.
    """
    kid = read_header(signature.protected).kid
    if kid is None:
        raise _invalid("KID")
    return kid


def signing_input(protected: str, payload: bytes) -> bytes:
    """The bytes that are signed: RFC 7797, section 3, under `"b64":false`; else RFC 7515, section 5.1.

    Raises:
        InputRejected: SIGNATURE_INVALID, with the reasons of `read_header`.
    """
    signed = _encoded(payload).encode() if read_header(protected).b64 else payload
    return protected.encode() + b"." + signed


def verify(signature: Signature, payload: bytes, key: PublicKey) -> None:
    """Nothing, if this key made this signature over this payload.

    Raises:
        InputRejected: SIGNATURE_INVALID, with a `reason` of `read_header` or OTHER_KEY, SIGNATURE_ENCODING,
            MISMATCH.
    """
    if kid_of(signature) != key.kid:
        raise _invalid("OTHER_KEY", kid=key.kid)
    if read_header(signature.protected).algorithm != key.algorithm:
        raise _invalid("ALGORITHM", kid=key.kid)
    if not key.verifies(signature.octets(), signing_input(signature.protected, payload)):
        raise _invalid("MISMATCH", kid=key.kid)


def sign(payload: bytes, private_key: PrivateKey, kid: str, *, issued_at: int | None = None) -> Signature:
    """A detached signature over the payload as it is (`"b64":false`).

    Args:
        payload: as `command_payload` gives it.
        private_key: Ed25519, or EC on P-256.
        kid: the thumbprint under which the key is registered.
        issued_at: seconds since 1970; left out if None.

    Raises:
        InputRejected: KEY_INVALID, reasons KIND, KID: the kid is not of this key. SIGNATURE_INVALID, reason
            HEADER_MEMBER: `issued_at` is out of range.
    """
    public = public_key_of(private_key)
    if kid != public.kid:
        raise _key_invalid("KID")
    header: dict[str, Any] = {"alg": public.algorithm, "b64": False, "crit": ["b64"], "kid": kid}
    if issued_at is not None:
        header["iat"] = issued_at
    protected = _encoded(canonical.encode(header))
    message = signing_input(protected, payload)
    if isinstance(private_key, Ed25519PrivateKey):
        return Signature(protected, _encoded(private_key.sign(message)))
    r, s = decode_dss_signature(private_key.sign(message, ECDSA(SHA256())))
    return Signature(protected, _encoded(_coordinate(r) + _coordinate(s)))


def command_payload(command: Mapping[str, Any]) -> bytes:
    """What a party signs of a command: its canonical JSON as submitted, without UNSIGNED_MEMBERS.

    Raises:
        NotCanonical: the command holds what no canonical JSON holds, such as a float.
    """
    return canonical.encode({name: value for name, value in command.items() if name not in UNSIGNED_MEMBERS})


def _header_members(protected: str) -> dict[str, Any]:
    octets = _decoded(protected, HEADER_LENGTH_MAX)
    if octets is None:
        raise _invalid("HEADER_ENCODING")
    try:
        members = json.loads(octets.decode(), object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise _invalid("HEADER_JSON") from error
    if not isinstance(members, dict):
        raise _invalid("HEADER_JSON")
    return members


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _check_use(jwk: Mapping[Any, Any], algorithm: Algorithm) -> None:
    expected = {"alg": algorithm, "use": "sig", "key_ops": ["verify"]}
    differs = any(name in jwk and jwk[name] != value for name, value in expected.items())
    # Browsers write `ext` into each key they export (Web Cryptography API); of a public key it says nothing.
    if differs or not isinstance(jwk.get("ext", True), bool):
        raise _key_invalid("USE")


def _point(algorithm: Algorithm, jwk: Mapping[Any, Any]) -> PublicKey:
    """The key of the JWK's coordinates, if they are a point that can serve as one."""
    x = _decoded_coordinate(jwk.get("x"))
    if algorithm == "EdDSA":
        if "y" in jwk:
            raise _key_invalid("COORDINATE")
        if not _is_ed25519_key(x):
            raise _key_invalid("POINT")
        return PublicKey(algorithm, _encoded(x))
    y = _decoded_coordinate(jwk.get("y"))
    # The library reduces a larger coordinate: one point would have two thumbprints.
    if _integer(x) >= _P256_PRIME or _integer(y) >= _P256_PRIME:
        raise _key_invalid("POINT")
    try:
        EllipticCurvePublicNumbers(_integer(x), _integer(y), SECP256R1()).public_key()
    except ValueError as error:
        raise _key_invalid("POINT") from error
    return PublicKey(algorithm, _encoded(x), _encoded(y))


def _is_ed25519_key(encoded: bytes) -> bool:
    """A point of the curve in its only encoding, not of small order (RFC 8032, 5.1.3).

    The library takes any 32 bytes. Under a point of small order signatures can be made without any private
    key, so that a party could register one and later deny whatever was signed.
    """
    p, d = _ED25519_PRIME, _ED25519_D
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    if y >= p:
        return False
    # Orders 1 and 2 have y = ±1, order 4 has y = 0, and order 8 those y whose double is a point of order 4.
    if y in {0, 1, p - 1} or (d * y**4 + 2 * y**2 - 1) % p == 0:
        return False
    # x² = (y²-1)/(dy²+1) has a root exactly if the product of both terms is a square (Euler's criterion).
    return pow((y * y - 1) * (d * y * y + 1), (p - 1) // 2, p) == 1


def _decoded_coordinate(text: object) -> bytes:
    octets = _decoded(text, 2 * _COORDINATE_SIZE)
    if octets is None or len(octets) != _COORDINATE_SIZE:
        raise _key_invalid("COORDINATE")
    return octets


def _is_thumbprint(text: object) -> bool:
    octets = _decoded(text, 2 * _COORDINATE_SIZE)
    return octets is not None and len(octets) == sha256().digest_size


def _encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _decoded(text: object, length_max: int) -> bytes | None:
    """The bytes of base64url without padding; None for every text but the one that encodes them."""
    if not isinstance(text, str) or len(text) > length_max or not _BASE64URL.fullmatch(text):
        return None
    if len(text) % 4 == 1:
        return None
    octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return octets if _encoded(octets) == text else None


def _integer(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


def _coordinate(number: int) -> bytes:
    return number.to_bytes(_COORDINATE_SIZE, "big")


def _key_invalid(reason: str) -> InputRejected:
    en, zh = _KEY_REASONS[reason]
    return InputRejected(
        "KEY_INVALID", f"this JWK cannot be used: {en}", f"该 JWK 无法使用：{zh}", reason=reason
    )


def _invalid(reason: str, **data: str) -> InputRejected:
    en, zh = _SIGNATURE_REASONS[reason]
    return InputRejected(
        "SIGNATURE_INVALID", f"the signature is refused: {en}", f"签名被拒绝：{zh}", reason=reason, **data
    )
