"""Signatures of parties: the vectors of the RFCs, a second implementation, and what an attacker would try."""

import json
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc import jwk as other_jwk
from joserfc import jws as other_jws

from ledger import canonical
from ledger.errors import InputRejected, NotCanonical
from ledger.signatures import (
    PublicKey,
    Signature,
    command_payload,
    kid_of,
    public_key_of,
    read_header,
    read_jwk,
    sign,
    signing_input,
    verify,
)

ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
P256 = ec.derive_private_key(0xC0FFEE, ec.SECP256R1())
KEYS = {"EdDSA": ED25519, "ES256": P256}
P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

COMMAND = {
    "command": "pledge.contract",
    "command_id": "cmd_01",
    "amount_minor": 500_000_000,
    "pledgee": {"name": "华夏银行"},
}
PAYLOAD = command_payload(COMMAND)

# RFC 8037, appendix A
OKP = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
OKP_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
# RFC 7515, appendix A.3.1
EC = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}

BOTH = pytest.mark.parametrize("algorithm", KEYS)


def b64(octets):
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(header):
    return b64(header if isinstance(header, bytes) else json.dumps(header).encode())


def key_of(algorithm):
    return public_key_of(KEYS[algorithm])


def signed(algorithm, payload=PAYLOAD):
    return sign(payload, KEYS[algorithm], key_of(algorithm).kid)


def header_of(algorithm, **members):
    return {"alg": algorithm, "b64": False, "crit": ["b64"], "kid": key_of(algorithm).kid} | members


def signed_under(protected, algorithm="EdDSA", payload=PAYLOAD):
    """A signature that really was made over this header, whatever the header says, without encoding."""
    message = protected.encode() + b"." + payload
    return Signature(protected, b64(raw_signature(algorithm, message)))


def raw_signature(algorithm, message):
    if algorithm == "EdDSA":
        return ED25519.sign(message)
    r, s = decode_dss_signature(P256.sign(message, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def refusal(call, *arguments):
    with pytest.raises(InputRejected) as caught:
        call(*arguments)
    error = caught.value
    assert re.search(r"[\u4e00-\u9fff]", error.message_zh)
    assert not re.search(r"[\u4e00-\u9fff]", error.message_en)
    return error.code, error.data["reason"]


def refused(signature, payload, key):
    code, reason = refusal(verify, signature, payload, key)
    assert code == "SIGNATURE_INVALID"
    return reason


# What others published


def test_the_thumbprint_is_that_of_rfc_8037():
    assert read_jwk(OKP).kid == OKP_THUMBPRINT
    assert read_jwk(OKP).algorithm == "EdDSA"


def test_the_ed25519_signature_of_rfc_8037_verifies():
    """Its header has no kid, so the mathematics is asked and not `verify`, which wants one."""
    protected, payload = "eyJhbGciOiJFZERTQSJ9", b"Example of Ed25519 signing"
    text = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    key = read_jwk(OKP)
    assert signing_input(protected, payload) == b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    assert key.verifies(unb64(text), signing_input(protected, payload))
    assert not key.verifies(unb64(text), signing_input(protected, payload + b"."))
    assert refused(Signature(protected, text), payload, key) == "KID"


def test_the_es256_signature_of_rfc_7515_verifies():
    protected = "eyJhbGciOiJFUzI1NiJ9"
    payload = b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
    text = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    key = read_jwk(EC)
    assert key.algorithm == "ES256"
    assert key.verifies(unb64(text), signing_input(protected, payload))
    assert not key.verifies(unb64(text), signing_input(protected, payload + b" "))
    assert refused(Signature(protected, text), payload, key) == "KID"


# What we make and read


@BOTH
def test_a_signature_verifies_and_says_with_which_key_it_was_made(algorithm):
    signature = signed(algorithm)
    verify(signature, PAYLOAD, key_of(algorithm))
    assert kid_of(signature) == key_of(algorithm).kid
    assert read_header(signature.protected).b64 is False
    assert signing_input(signature.protected, PAYLOAD) == signature.protected.encode() + b"." + PAYLOAD


@BOTH
def test_a_signature_and_a_key_survive_their_json(algorithm):
    signature, key = signed(algorithm), key_of(algorithm)
    assert Signature.read(json.loads(json.dumps(signature.as_json()))) == signature
    assert read_jwk(json.loads(json.dumps(key.as_jwk()))) == key
    assert key.as_jwk()["kid"] == key.kid


@BOTH
@pytest.mark.parametrize("members", [{}, {"b64": True, "crit": ["b64"]}], ids=["absent", "true"])
def test_a_payload_signed_in_base64url_verifies_too(algorithm, members):
    protected = encoded({"alg": algorithm, "kid": key_of(algorithm).kid} | members)
    message = f"{protected}.{b64(PAYLOAD)}".encode()
    assert signing_input(protected, PAYLOAD) == message
    verify(Signature(protected, b64(raw_signature(algorithm, message))), PAYLOAD, key_of(algorithm))


def test_type_and_time_may_stand_in_the_header():
    protected = encoded(header_of("EdDSA", typ="application/json", iat=1_790_000_000))
    verify(signed_under(protected), PAYLOAD, key_of("EdDSA"))
    header = read_header(protected)
    assert (header.typ, header.issued_at) == ("application/json", 1_790_000_000)
    made = sign(PAYLOAD, ED25519, key_of("EdDSA").kid, issued_at=1_790_000_000)
    assert read_header(made.protected).issued_at == 1_790_000_000


def test_the_payload_is_the_command_without_signatures_and_confidential_fields():
    extra = {"signatures": [signed("EdDSA").as_json()], "confidential": {"/price": 1}}
    assert command_payload(COMMAND | extra) == PAYLOAD == canonical.encode(COMMAND)
    inner = COMMAND | {"pledgee": {"signatures": [], "confidential": 1}}
    assert command_payload(inner) == canonical.encode(inner)


def test_a_command_with_a_float_has_no_payload():
    with pytest.raises(NotCanonical):
        command_payload(COMMAND | {"rate": 0.5})


# A second implementation (joserfc)

# RFC 9864 would have EdDSA called Ed25519 in new protocols; libraries in the field know the old name.
OLD_NAME = pytest.mark.filterwarnings("ignore:EdDSA is deprecated:joserfc.errors.SecurityWarning")


def theirs(key):
    return other_jwk.import_key(key.as_jwk())


@BOTH
def test_another_implementation_computes_the_same_thumbprint(algorithm):
    assert theirs(key_of(algorithm)).thumbprint() == key_of(algorithm).kid


@OLD_NAME
@BOTH
def test_another_implementation_accepts_our_signature(algorithm):
    signature = signed(algorithm)
    whole = signature.as_json() | {"payload": PAYLOAD.decode()}
    key = theirs(key_of(algorithm))
    assert other_jws.deserialize_json(whole, key, algorithms=[algorithm]).payload == PAYLOAD
    with pytest.raises(other_jws.BadSignatureError):
        other_jws.deserialize_json(whole | {"payload": PAYLOAD.decode() + " "}, key, algorithms=[algorithm])


@OLD_NAME
@BOTH
@pytest.mark.parametrize("unencoded", [True, False])
def test_we_accept_the_signature_of_another_implementation(algorithm, unencoded):
    private = KEYS[algorithm]
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    kty = "OKP" if algorithm == "EdDSA" else "EC"
    header = {"alg": algorithm, "kid": key_of(algorithm).kid}
    header |= {"b64": False, "crit": ["b64"]} if unencoded else {}
    whole = other_jws.serialize_json(
        {"protected": header}, PAYLOAD, other_jwk.import_key(pem, kty), algorithms=[algorithm]
    )
    detached = {name: whole[name] for name in ("protected", "signature")}
    verify(Signature.read(detached), PAYLOAD, key_of(algorithm))


# Attacks on a signature


@BOTH
def test_every_flipped_bit_of_the_signature_is_refused(algorithm):
    signature, key = signed(algorithm), key_of(algorithm)
    octets = unb64(signature.signature)
    for bit in range(8 * len(octets)):
        flipped = bytearray(octets)
        flipped[bit // 8] ^= 1 << bit % 8
        assert refused(Signature(signature.protected, b64(flipped)), PAYLOAD, key) == "MISMATCH"


@BOTH
def test_every_flipped_bit_of_the_protected_header_is_refused(algorithm):
    signature, key = signed(algorithm), key_of(algorithm)
    octets = unb64(signature.protected)
    reasons = set()
    for bit in range(8 * len(octets)):
        flipped = bytearray(octets)
        flipped[bit // 8] ^= 1 << bit % 8
        reasons.add(refused(Signature(b64(flipped), signature.signature), PAYLOAD, key))
    assert {"HEADER_JSON", "HEADER_MEMBER", "ALGORITHM", "OTHER_KEY"} <= reasons


@BOTH
def test_every_other_sign_in_either_text_is_refused(algorithm):
    """Flips in the text also reach the bits that base64url leaves unused."""
    signature, key = signed(algorithm), key_of(algorithm)
    for name, text in signature.as_json().items():
        for place, sign_there in enumerate(text):
            for bit in range(7):
                changed = text[:place] + chr(ord(sign_there) ^ 1 << bit) + text[place + 1 :]
                assert refused(Signature(**signature.as_json() | {name: changed}), PAYLOAD, key)


@BOTH
def test_the_unused_bits_of_the_last_sign_give_no_second_spelling(algorithm):
    signature = signed(algorithm)
    last = signature.signature[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for other in (alphabet[alphabet.index(last) ^ bits] for bits in range(1, 16)):
        respelled = Signature(signature.protected, signature.signature[:-1] + other)
        assert unb64(respelled.signature) == unb64(signature.signature)
        assert refused(respelled, PAYLOAD, key_of(algorithm)) == "SIGNATURE_ENCODING"


@BOTH
@pytest.mark.parametrize("size", [0, 1, 32, 63, 65, 96, 128])
def test_a_signature_of_another_length_is_refused(algorithm, size):
    octets = (unb64(signed(algorithm).signature) * 2)[:size]
    lengthened = Signature(signed(algorithm).protected, b64(octets))
    assert refused(lengthened, PAYLOAD, key_of(algorithm)) == "SIGNATURE_ENCODING"
    assert not key_of(algorithm).verifies(octets, PAYLOAD)


def test_an_es256_signature_in_der_is_refused():
    message = signing_input(signed("ES256").protected, PAYLOAD)
    der = P256.sign(message, ec.ECDSA(SHA256()))
    assert (
        refused(Signature(signed("ES256").protected, b64(der)), PAYLOAD, key_of("ES256"))
        == "SIGNATURE_ENCODING"
    )


@pytest.mark.parametrize("r", [0, 1, P256_ORDER, None])
@pytest.mark.parametrize("s", [0, 1, P256_ORDER, None])
def test_r_or_s_of_zero_or_beyond_the_order_is_refused(r, s):
    """CVE-2022-21449: a library that forgot this took zeros for everybody's signature."""
    octets = unb64(signed("ES256").signature)
    r_octets = octets[:32] if r is None else r.to_bytes(32, "big")
    s_octets = octets[32:] if s is None else s.to_bytes(32, "big")
    if r is None and s is None:
        s_octets = ((int.from_bytes(s_octets, "big") + 1) % P256_ORDER).to_bytes(32, "big")
    forged = Signature(signed("ES256").protected, b64(r_octets + s_octets))
    assert refused(forged, PAYLOAD, key_of("ES256")) == "MISMATCH"


def test_an_ed25519_signature_whose_s_was_raised_by_the_order_is_refused():
    order = 2**252 + 27742317777372353535851937790883648493
    octets = unb64(signed("EdDSA").signature)
    raised = octets[:32] + (int.from_bytes(octets[32:], "little") + order).to_bytes(32, "little")
    forged = Signature(signed("EdDSA").protected, b64(raised))
    assert refused(forged, PAYLOAD, key_of("EdDSA")) == "MISMATCH"


@BOTH
def test_a_changed_payload_is_refused(algorithm):
    changed = command_payload(COMMAND | {"amount_minor": 500_000_001})
    assert refused(signed(algorithm), changed, key_of(algorithm)) == "MISMATCH"
    assert refused(signed(algorithm), b"", key_of(algorithm)) == "MISMATCH"
    assert refused(signed(algorithm), PAYLOAD + b"\n", key_of(algorithm)) == "MISMATCH"


def test_the_key_of_another_party_is_refused_even_when_the_header_names_it():
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert refused(signed("EdDSA"), PAYLOAD, public_key_of(other)) == "OTHER_KEY"
    named = signed_under(encoded(header_of("EdDSA", kid=public_key_of(other).kid)))
    assert refused(named, PAYLOAD, public_key_of(other)) == "MISMATCH"
    assert refused(named, PAYLOAD, key_of("EdDSA")) == "OTHER_KEY"


@pytest.mark.parametrize(("claimed", "actual"), [("ES256", "EdDSA"), ("EdDSA", "ES256")])
def test_the_key_decides_the_algorithm_and_not_the_header(claimed, actual):
    confused = signed_under(encoded(header_of(actual, alg=claimed)), actual)
    assert refused(confused, PAYLOAD, key_of(actual)) == "ALGORITHM"


@pytest.mark.parametrize(
    "alg",
    [
        "none",
        "None",
        "NONE",
        "",
        "HS256",
        "ES384",
        "ES256K",
        "RS256",
        "eddsa",
        "Ed25519",
        None,
        1,
        ["EdDSA"],
        {},
    ],
)
def test_every_other_algorithm_is_refused(alg):
    forged = signed_under(encoded(header_of("EdDSA", alg=alg)))
    assert refused(forged, PAYLOAD, key_of("EdDSA")) == "ALGORITHM"
    empty = Signature(forged.protected, "")
    assert refused(empty, PAYLOAD, key_of("EdDSA")) == "ALGORITHM"


def without(members, *names):
    return {name: value for name, value in members.items() if name not in names}


def with_members(**members):
    return header_of("EdDSA") | members


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (without(header_of("EdDSA"), "alg"), "ALGORITHM"),
        (without(header_of("EdDSA"), "kid"), "KID"),
        (without(header_of("EdDSA"), "crit"), "CRITICAL"),
        (without(header_of("EdDSA"), "b64"), "CRITICAL"),
        (with_members(b64=True, crit=None), "CRITICAL"),
        (with_members(b64=0), "CRITICAL"),
        (with_members(b64="false"), "CRITICAL"),
        (with_members(b64=None), "CRITICAL"),
        (with_members(crit=[]), "CRITICAL"),
        (with_members(crit="b64"), "CRITICAL"),
        (with_members(crit=["exp"]), "CRITICAL"),
        (with_members(crit=["b64", "b64"]), "CRITICAL"),
        (with_members(crit=["b64", "iat"], iat=1), "CRITICAL"),
        (with_members(crit=["b64", "http://example.com/x"]), "CRITICAL"),
        (with_members(kid=None), "KID"),
        (with_members(kid=7), "KID"),
        (with_members(kid=""), "KID"),
        (with_members(kid="me"), "KID"),
        (with_members(kid=key_of("EdDSA").kid + "="), "KID"),
        (with_members(kid=key_of("EdDSA").kid[:-1]), "KID"),
        (with_members(jwk=key_of("EdDSA").as_jwk()), "HEADER_MEMBER"),
        (with_members(jku="https://attacker.example/keys"), "HEADER_MEMBER"),
        (with_members(x5c=[]), "HEADER_MEMBER"),
        (with_members(exp=1), "HEADER_MEMBER"),
        (with_members(**{"": 1}), "HEADER_MEMBER"),
        (with_members(**{"\ud800": 1}), "HEADER_MEMBER"),
        (with_members(typ=None), "HEADER_MEMBER"),
        (with_members(typ=""), "HEADER_MEMBER"),
        (with_members(typ="a b"), "HEADER_MEMBER"),
        (with_members(typ="类型"), "HEADER_MEMBER"),
        (with_members(iat=None), "HEADER_MEMBER"),
        (with_members(iat=True), "HEADER_MEMBER"),
        (with_members(iat=1.0), "HEADER_MEMBER"),
        (with_members(iat=-1), "HEADER_MEMBER"),
        (with_members(iat="1"), "HEADER_MEMBER"),
        (with_members(iat=253_402_300_800), "HEADER_MEMBER"),
        (with_members(iat=float("nan")), "HEADER_MEMBER"),
        (with_members(iat=float("inf")), "HEADER_MEMBER"),
        ([], "HEADER_JSON"),
        (None, "HEADER_JSON"),
        ("EdDSA", "HEADER_JSON"),
        (b"", "HEADER_ENCODING"),
        (b"{", "HEADER_JSON"),
        (b'{"alg":"none","alg":"EdDSA"}', "HEADER_JSON"),
        (b'{"alg":"none","\\u0061lg":"EdDSA"}', "HEADER_JSON"),
        (b'{"alg":"EdDSA"}{}', "HEADER_JSON"),
        (b'\xef\xbb\xbf{"alg":"EdDSA"}', "HEADER_JSON"),
        ('{"alg":"EdDSA"}'.encode("utf-16"), "HEADER_JSON"),
        (b'{"alg":"EdDSA\xff"}', "HEADER_JSON"),
        (b"[" * 768, "HEADER_JSON"),
        (b'{"iat":' + b"9" * 700 + b"}", "ALGORITHM"),
        (json.dumps(header_of("EdDSA")).encode() + b" " * 769, "HEADER_ENCODING"),
    ],
)
def test_a_header_that_is_not_understood_to_the_last_member_is_refused(header, reason):
    """Each was really signed by the key, so that only the header can be the reason."""
    assert refused(signed_under(encoded(header)), PAYLOAD, key_of("EdDSA")) == reason


def test_the_header_these_were_made_from_is_accepted():
    verify(signed_under(encoded(header_of("EdDSA"))), PAYLOAD, key_of("EdDSA"))


@BOTH
def test_a_changed_b64_is_refused(algorithm):
    """The same payload, encoded or not, is signed under one reading only."""
    signature = signed(algorithm)
    turned = encoded(header_of(algorithm, b64=True))
    assert refused(Signature(turned, signature.signature), PAYLOAD, key_of(algorithm)) == "MISMATCH"
    lent = signed_under(turned, algorithm)  # signed without encoding, although the header says with
    assert refused(lent, PAYLOAD, key_of(algorithm)) == "MISMATCH"


def test_a_payload_cannot_pass_for_its_own_encoding():
    """`"b64":false` over the base64url of the payload is a signature of that text, not of the payload."""
    text = b64(PAYLOAD).encode()
    assert refused(signed("EdDSA", text), PAYLOAD, key_of("EdDSA")) == "MISMATCH"
    verify(signed("EdDSA", text), text, key_of("EdDSA"))


@pytest.mark.parametrize("pad", ["=", "==", " ", "\n", "+", "/", ".", "é", "\ud800", "\x00"])
def test_padding_spaces_and_foreign_signs_are_refused(pad):
    signature, key = signed("EdDSA"), key_of("EdDSA")
    assert (
        refused(Signature(signature.protected + pad, signature.signature), PAYLOAD, key) == "HEADER_ENCODING"
    )
    assert (
        refused(Signature(signature.protected, signature.signature + pad), PAYLOAD, key)
        == "SIGNATURE_ENCODING"
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "SHAPE"),
        ("a..b", "SHAPE"),
        ([], "SHAPE"),
        ({}, "SHAPE"),
        ({"protected": "e30"}, "SHAPE"),
        ({"protected": 1, "signature": "AA"}, "SHAPE"),
        ({"protected": "e30", "signature": None}, "SHAPE"),
        (signed("EdDSA").as_json() | {"header": {"alg": "none"}}, "SHAPE"),
        (signed("EdDSA").as_json() | {"payload": ""}, "SHAPE"),
        (signed("EdDSA").as_json() | {"signature": "AA"}, "SIGNATURE_ENCODING"),
        (signed("EdDSA").as_json() | {"protected": "e30"}, "ALGORITHM"),
    ],
)
def test_what_is_no_signature_is_not_read_as_one(value, reason):
    assert refusal(Signature.read, value) == ("SIGNATURE_INVALID", reason)


# Attacks on a key


def p256_jwk(x, y):
    return EC | {"x": b64(x.to_bytes(32, "big")), "y": b64(y.to_bytes(32, "big"))}


def p256_root(x):
    """The even y of a point at x, or None."""
    square = (x**3 - 3 * x + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B) % P256_PRIME
    root = pow(square, (P256_PRIME + 1) // 4, P256_PRIME)
    return root if root * root % P256_PRIME == square else None


EDWARDS_PRIME = 2**255 - 19
SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]  # every encoding of the eight points, and of x = 0 with its sign bit


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_an_ed25519_key_of_small_order_is_refused(point):
    """Under such a key signatures are made without any private key."""
    assert refusal(read_jwk, OKP | {"x": b64(bytes.fromhex(point))}) == ("KEY_INVALID", "POINT")


def test_a_key_of_small_order_would_let_anybody_sign():
    """Why the test before matters: R = the neutral point, S = 0 fits some message in eight or better."""
    neutral = bytes.fromhex(SMALL_ORDER[2])
    assert PublicKey("EdDSA", b64(neutral)).verifies(neutral + bytes(32), b"whatever")


@pytest.mark.parametrize("y", [2, EDWARDS_PRIME, EDWARDS_PRIME + 1, EDWARDS_PRIME + 3, 2**255 - 1])
def test_what_is_no_point_in_its_only_encoding_is_no_ed25519_key(y):
    """2 is the y of no point; the others are 0, 1, 3 and 18 written with the prime added."""
    assert refusal(read_jwk, OKP | {"x": b64(y.to_bytes(32, "little"))}) == ("KEY_INVALID", "POINT")


@given(st.binary(min_size=32, max_size=32))
def test_every_generated_key_is_read(seed):
    for private in (
        Ed25519PrivateKey.from_private_bytes(seed),
        ec.derive_private_key(1 + int.from_bytes(seed, "big") % (P256_ORDER - 1), ec.SECP256R1()),
    ):
        key = public_key_of(private)
        assert read_jwk(key.as_jwk()) == key


def test_a_point_off_the_curve_is_refused():
    numbers = P256.public_key().public_numbers()
    assert refusal(read_jwk, p256_jwk(numbers.x, numbers.y ^ 1)) == ("KEY_INVALID", "POINT")
    assert refusal(read_jwk, p256_jwk(0, 0)) == ("KEY_INVALID", "POINT")
    assert refusal(read_jwk, EC | {"x": EC["y"], "y": EC["x"]}) == ("KEY_INVALID", "POINT")


def test_a_coordinate_beyond_the_prime_is_refused():
    """Else one key would have two thumbprints."""
    x = next(x for x in range(1, 100) if p256_root(x) is not None)
    read_jwk(p256_jwk(x, p256_root(x)))
    assert refusal(read_jwk, p256_jwk(x + P256_PRIME, p256_root(x))) == ("KEY_INVALID", "POINT")


@pytest.mark.parametrize("private", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
@pytest.mark.parametrize("jwk", [OKP, EC])
def test_a_private_jwk_is_refused_and_never_repeated(jwk, private):
    secret = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    with pytest.raises(InputRejected) as caught:
        read_jwk(jwk | {private: secret})
    assert (caught.value.code, caught.value.data) == ("KEY_INVALID", {"reason": "PRIVATE"})
    assert secret not in caught.value.message_en + caught.value.message_zh


@pytest.mark.parametrize(
    ("jwk", "reason"),
    [
        (None, "SHAPE"),
        ("key", "SHAPE"),
        ([OKP], "SHAPE"),
        ({}, "KIND"),
        (without(OKP, "kty"), "KIND"),
        (without(OKP, "crv"), "KIND"),
        (OKP | {"kty": "EC"}, "KIND"),
        (OKP | {"kty": ["OKP"]}, "KIND"),
        (OKP | {"crv": "X25519"}, "KIND"),
        (OKP | {"crv": "Ed448"}, "KIND"),
        (OKP | {"crv": {}}, "KIND"),
        (EC | {"crv": "P-384"}, "KIND"),
        (EC | {"crv": "secp256k1"}, "KIND"),
        ({"kty": "RSA", "crv": "P-256"}, "KIND"),
        ({"kty": "oct"}, "KIND"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "MEMBER"),
        (OKP | {"x5c": []}, "MEMBER"),
        (OKP | {"x5u": "https://attacker.example"}, "MEMBER"),
        (OKP | {"exp": 1}, "MEMBER"),
        (OKP | {1: 1}, "MEMBER"),
        (OKP | {"y": EC["y"]}, "COORDINATE"),
        (without(OKP, "x"), "COORDINATE"),
        (without(EC, "y"), "COORDINATE"),
        (EC | {"x": None}, "COORDINATE"),
        (EC | {"x": 7}, "COORDINATE"),
        (EC | {"x": ""}, "COORDINATE"),
        (EC | {"x": EC["x"] + "="}, "COORDINATE"),
        (EC | {"x": EC["x"][:-1] + "V"}, "COORDINATE"),
        (EC | {"y": EC["y"].replace("_", "/")}, "COORDINATE"),
        (EC | {"x": b64(bytes(33))}, "COORDINATE"),
        (EC | {"x": b64(bytes(31))}, "COORDINATE"),
        (EC | {"x": "A" * 10_000}, "COORDINATE"),
        (EC | {"x": "\ud800" * 43}, "COORDINATE"),
        (OKP | {"kid": "me"}, "KID"),
        (OKP | {"kid": None}, "KID"),
        (OKP | {"kid": read_jwk(EC).kid}, "KID"),
        (OKP | {"alg": "ES256"}, "USE"),
        (EC | {"alg": "EdDSA"}, "USE"),
        (OKP | {"alg": None}, "USE"),
        (OKP | {"use": "enc"}, "USE"),
        (OKP | {"key_ops": ["sign"]}, "USE"),
        (OKP | {"key_ops": ["verify", "encrypt"]}, "USE"),
        (OKP | {"key_ops": []}, "USE"),
        (OKP | {"ext": "yes"}, "USE"),
    ],
)
def test_a_key_that_is_not_plainly_one_of_ours_is_refused(jwk, reason):
    assert refusal(read_jwk, jwk) == ("KEY_INVALID", reason)


@pytest.mark.parametrize("jwk", [OKP, EC])
def test_what_a_browser_and_a_careful_client_write_into_a_key_is_accepted(jwk):
    plain = read_jwk(jwk)
    full = jwk | {"kid": plain.kid, "alg": plain.algorithm, "use": "sig", "key_ops": ["verify"], "ext": True}
    assert read_jwk(full) == plain


def test_nobody_signs_under_a_kid_that_is_not_the_key_s():
    assert refusal(sign, PAYLOAD, ED25519, key_of("ES256").kid) == ("KEY_INVALID", "KID")


def test_a_private_key_of_another_curve_does_not_sign():
    other = ec.derive_private_key(7, ec.SECP384R1())
    assert refusal(sign, PAYLOAD, other, key_of("ES256").kid) == ("KEY_INVALID", "KIND")


# Any command, any garbage

PLAIN = partial(unicodedata.normalize, "NFC")
TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(PLAIN)
NAMES = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])).map(PLAIN)
NAMES = NAMES.filter(lambda name: all(ord(sign_there) <= 0xFFFF for sign_there in name))
NUMBERS = st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
COMMANDS = st.dictionaries(NAMES, VALUES, max_size=6)


@BOTH
@given(command=COMMANDS)
def test_any_command_signs_and_verifies_and_stands_its_own_signature(algorithm, command):
    signature = signed(algorithm, command_payload(command))
    submitted = json.loads(json.dumps(command | {"signatures": [signature.as_json()]}))
    verify(Signature.read(submitted["signatures"][0]), command_payload(submitted), key_of(algorithm))


@BOTH
@given(command=COMMANDS, data=st.data())
def test_any_changed_byte_of_the_payload_is_refused(algorithm, command, data):
    payload = bytearray(command_payload(command))
    signature = signed(algorithm, bytes(payload))
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] ^= data.draw(st.integers(1, 255))
    assert refused(signature, bytes(payload), key_of(algorithm)) == "MISMATCH"


@given(value=VALUES, header=st.binary(max_size=60))
@example(value={"alg": []}, header=b"{}")
def test_garbage_ends_in_our_refusal_and_in_nothing_else(value, header):
    members = value if isinstance(value, dict) else {"x": value}
    for call, argument in (
        (read_jwk, value),
        (read_jwk, OKP | members),
        (Signature.read, value),
        (Signature.read, {"protected": value, "signature": value}),
        (Signature.read, {"protected": b64(header), "signature": "A" * 86}),
        (read_header, encoded(header_of("EdDSA") | members | {"z": 1})),
    ):
        code = outcome(call, argument)
        assert code in {"KEY_INVALID", "SIGNATURE_INVALID"} or (call, members) == (read_jwk, {})


def outcome(call, argument):
    try:
        call(argument)
    except InputRejected as error:
        return error.code
    return None
