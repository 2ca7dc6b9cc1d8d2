"""Signatures: RSA (PKCS #1 v1.5 and PSS), ECDSA and Ed25519 over SHA-2, and which keys are strong enough."""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from notary.tokens import der
from notary.tokens.refusals import Refused
from notary.tokens.structures import AlgorithmIdentifier, read_algorithm

SHA1 = "1.3.14.3.2.26"
HASH_NAMES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
HASH_OIDS = {name: oid for oid, name in HASH_NAMES.items()}
WEAK_HASHES = {
    SHA1: "sha1",
    "1.2.840.113549.2.5": "md5",
    "1.2.840.113549.2.2": "md2",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "1.3.36.3.2.1": "ripemd160",
}

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_RSA = "1.2.840.113549.1.1.1"
_RSA_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"
_EC = "1.2.840.10045.2.1"
_ED25519 = "1.3.101.112"
_RSA_WITH = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_ECDSA_WITH = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_WEAK_SIGNATURES = {
    "1.2.840.113549.1.1.2": "md2WithRSA",
    "1.2.840.113549.1.1.4": "md5WithRSA",
    "1.2.840.113549.1.1.5": "sha1WithRSA",
    "1.2.840.113549.1.1.14": "sha224WithRSA",
    "1.3.14.3.2.29": "sha1WithRSA",
    "1.2.840.10045.4.1": "ecdsaWithSHA1",
    "1.2.840.10045.4.3.1": "ecdsaWithSHA224",
    "1.2.840.10040.4.3": "dsaWithSHA1",
    "2.16.840.1.101.3.4.3.2": "dsaWithSHA256",
}

_NO_PARAMETERS = {None, b"\x05\x00"}
"""Absent or NULL; RFC 4055 and RFC 5754 want one or the other, authorities send either."""

_RSA_BITS_MIN = 2048
_RSA_BITS_MAX = 16384
_RSA_EXPONENT_MIN = 3
_EC_BITS_MIN = 256
_SPKI_BYTES_MAX = 8192

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey


def hash_name(oid: str) -> str:
    """sha256, sha384 or sha512; else the name or the identifier of what it is."""
    return HASH_NAMES.get(oid) or WEAK_HASHES.get(oid, oid)


def signature_digest(algorithm: AlgorithmIdentifier) -> str:
    """The hash of the signed digest of a SignerInfo's digestAlgorithm.

    Raises:
        Refused: DIGEST_ALGORITHM_FORBIDDEN, DIGEST_ALGORITHM_UNSUPPORTED.
    """
    name = HASH_NAMES.get(algorithm.oid)
    if name is None or algorithm.parameters not in _NO_PARAMETERS:
        is_weak = algorithm.oid in WEAK_HASHES
        code = "DIGEST_ALGORITHM_FORBIDDEN" if is_weak else "DIGEST_ALGORITHM_UNSUPPORTED"
        raise Refused(code, found=hash_name(algorithm.oid))
    return name


def verify(
    *, spki: bytes, algorithm: AlgorithmIdentifier, digest: str | None, signature: bytes, message: bytes
) -> None:
    """Accept the signature over the message or refuse.

    Args:
        spki: SubjectPublicKeyInfo of the signer (DER).
        algorithm: the signature algorithm as stated beside the signature.
        digest: in CMS the name of the digest algorithm, which must agree; None for certificates and lists.
        signature: the signature.
        message: the signed bytes.

    Raises:
        Refused: SIGNATURE_INVALID, SIGNATURE_ALGORITHM_MISMATCH, SIGNATURE_ALGORITHM_UNSUPPORTED,
            DIGEST_ALGORITHM_FORBIDDEN, DIGEST_ALGORITHM_UNSUPPORTED, KEY_TOO_WEAK, KEY_MALFORMED.
    """
    stated = _stated_hash(algorithm, digest)
    key = load_public_key(spki)
    mismatch = Refused("SIGNATURE_ALGORITHM_MISMATCH", found=algorithm.oid, digest=digest)
    try:
        if isinstance(key, Ed25519PublicKey):
            if algorithm.oid != _ED25519:
                raise mismatch
            key.verify(signature, message)
        elif isinstance(key, EllipticCurvePublicKey):
            if algorithm.oid not in {*_ECDSA_WITH, _EC}:
                raise mismatch
            key.verify(signature, message, ECDSA(_HASHES[stated]))
        elif algorithm.oid in {*_RSA_WITH, _RSA}:
            key.verify(signature, message, padding.PKCS1v15(), _HASHES[stated])
        elif algorithm.oid == _RSA_PSS:
            key.verify(signature, message, _pss(algorithm, stated), _HASHES[stated])
        else:
            raise mismatch
    except (InvalidSignature, ValueError) as error:
        raise Refused("SIGNATURE_INVALID") from error
    except UnsupportedAlgorithm as error:
        raise Refused("SIGNATURE_ALGORITHM_UNSUPPORTED", found=algorithm.oid) from error


@lru_cache(maxsize=256)
def load_public_key(spki: bytes) -> PublicKey:
    """A key of a kind we know and strong enough.

    Raises:
        Refused: SIGNATURE_ALGORITHM_UNSUPPORTED, KEY_TOO_WEAK, KEY_MALFORMED.
    """
    if len(spki) > _SPKI_BYTES_MAX:
        raise Refused("KEY_MALFORMED")
    try:
        info = der.fields(der.single(spki))
        algorithm = read_algorithm(info.take())
        key_bits = info.take(der.BIT_STRING)
        info.end()
        if algorithm.oid == _RSA_PSS:
            # The same key under an identifier that restricts its use to PSS; libraries want the plain one.
            plain = bytes.fromhex("300d06092a864886f70d0101010500") + key_bits.raw
            spki = b"\x30\x82" + len(plain).to_bytes(2, "big") + plain
        key = load_der_public_key(spki)
    except UnsupportedAlgorithm as error:
        raise Refused("SIGNATURE_ALGORITHM_UNSUPPORTED", found=algorithm.oid) from error
    except (der.DerError, ValueError, TypeError, OverflowError) as error:
        raise Refused("KEY_MALFORMED") from error
    return _strong(key, algorithm.oid)


def _strong(key: object, oid: str) -> PublicKey:
    if isinstance(key, RSAPublicKey):
        if not _RSA_BITS_MIN <= key.key_size <= _RSA_BITS_MAX:
            raise Refused("KEY_TOO_WEAK", kind="RSA", bits=key.key_size)
        if key.public_numbers().e < _RSA_EXPONENT_MIN:
            raise Refused("KEY_TOO_WEAK", kind="RSA exponent", bits=key.public_numbers().e.bit_length())
        return key
    if isinstance(key, EllipticCurvePublicKey):
        if key.curve.key_size < _EC_BITS_MIN:
            raise Refused("KEY_TOO_WEAK", kind="EC", bits=key.curve.key_size)
        return key
    if isinstance(key, Ed25519PublicKey):
        return key
    raise Refused("SIGNATURE_ALGORITHM_UNSUPPORTED", found=oid)


def _stated_hash(algorithm: AlgorithmIdentifier, digest: str | None) -> str:
    """The hash a signature algorithm says to use, which must be strong and agree with the CMS digest."""
    if algorithm.oid != _RSA_PSS and algorithm.parameters not in _NO_PARAMETERS:
        raise Refused("SIGNATURE_ALGORITHM_MISMATCH", found=algorithm.oid, digest=digest)
    if algorithm.oid in _WEAK_SIGNATURES:
        raise Refused("DIGEST_ALGORITHM_FORBIDDEN", found=_WEAK_SIGNATURES[algorithm.oid])
    if algorithm.oid == _ED25519:
        return digest or ""
    if algorithm.oid in {_RSA, _EC} and digest is not None:
        return digest
    stated = _RSA_WITH.get(algorithm.oid) or _ECDSA_WITH.get(algorithm.oid)
    if algorithm.oid == _RSA_PSS:
        stated = _pss_hash(algorithm)
    if stated is None:
        raise Refused("SIGNATURE_ALGORITHM_UNSUPPORTED", found=algorithm.oid)
    if digest is not None and stated != digest:
        raise Refused("SIGNATURE_ALGORITHM_MISMATCH", found=algorithm.oid, digest=digest)
    return stated


@lru_cache(maxsize=64)
def _read_pss(parameters: bytes) -> tuple[str, str, str, int, int]:
    """RSASSA-PSS-params (RFC 4055 section 3.1): hash, mask generation, its hash, salt length, trailer."""
    parts = der.fields(der.single(parameters))
    hash_oid = mask_hash_oid = SHA1
    mask_oid, salt_length, trailer = _MGF1, 20, 1
    if (element := parts.take_if(0xA0)) is not None:
        hash_oid = read_algorithm(der.Fields(element).take()).oid
    if (element := parts.take_if(0xA1)) is not None:
        mask = read_algorithm(der.Fields(element).take())
        mask_oid = mask.oid
        mask_hash_oid = read_algorithm(der.single(mask.parameters or b"")).oid
    if (element := parts.take_if(0xA2)) is not None:
        salt_length = der.integer(der.Fields(element).take())
    if (element := parts.take_if(0xA3)) is not None:
        trailer = der.integer(der.Fields(element).take())
    parts.end()
    return hash_oid, mask_oid, mask_hash_oid, salt_length, trailer


def _pss_hash(algorithm: AlgorithmIdentifier) -> str:
    try:
        hash_oid, *_ = _read_pss(algorithm.parameters or b"\x30\x00")
    except der.DerError as error:
        raise Refused("SIGNATURE_INVALID") from error
    return signature_digest(AlgorithmIdentifier(hash_oid))


def _pss(algorithm: AlgorithmIdentifier, stated: str) -> padding.PSS:
    _, mask_oid, mask_hash_oid, salt_length, trailer = _read_pss(algorithm.parameters or b"\x30\x00")
    if (
        mask_oid != _MGF1
        or trailer != 1
        or HASH_NAMES.get(mask_hash_oid) != stated
        or not 0 <= salt_length <= 512
    ):
        raise Refused("SIGNATURE_ALGORITHM_UNSUPPORTED", found=algorithm.oid)
    return padding.PSS(padding.MGF1(_HASHES[stated]), salt_length)
