"""Evidence packages that lie, each in one way, for every verifier: `lie(name)` and `honest(kind)`.

A lie is told by somebody who can remake everything that needs no secret: digests in the manifest are always
made anew. Where the operator itself lies, it signs and has stamped what it says.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from ledger import canonical, chain
from notary import checkpoints
from notary.tokens import encoding as enc
from tests.notary import token_maker
from tests.notary.standalone import package_maker as maker

SHA1 = enc.sequence(enc.oid("1.3.14.3.2.26"), enc.null())


class Lie(NamedTuple):
    """A zip, what the verifier's trust folder holds by file name, and the one check that must fail."""

    package: bytes
    trust: dict[str, bytes]
    check: str


_LIES: dict[str, tuple[str, Callable]] = {}


def _lies(check):
    def register(function):
        _LIES[function.__name__.strip("_")] = (check, function)
        return function

    return register


def names():
    """Names of all lies."""
    return tuple(_LIES)


@cache
def lie(name):
    """The package that lies in this way, with the trust folder of the verifier it is shown to."""
    check, function = _LIES[name]
    made = function()
    package, trust = made if isinstance(made, tuple) else (made, maker.trust())
    return Lie(package if isinstance(package, bytes) else package.zip(), trust, check)


@cache
def sealed():
    """The honest ledger at its last seal."""
    return maker.seal(maker.history())


@cache
def earlier():
    """The honest ledger at an earlier seal."""
    return maker.seal(maker.history(), size=4)


KINDS = {
    "entry": lambda: maker.entry_package(sealed()),
    "right": lambda: maker.right_package(sealed()),
    "status": lambda: maker.status_package(sealed()),
    "absence": lambda: maker.absence_package(sealed()),
    "priority": lambda: maker.priority_package(sealed()),
    "order": lambda: maker.order_package(sealed()),
    "document": lambda: maker.document_package(sealed()),
    "consistency": lambda: maker.consistency_package(sealed(), earlier()),
    "signed": lambda: maker.entry_package(maker.seal(maker.signed_history()), 7),
}


@cache
def honest(kind):
    """A sound package of a kind, and a trust folder that has seen the earlier checkpoint."""
    return KINDS[kind]().zip(), maker.trust(**{"checkpoints/earlier.checkpoint": earlier().note})


def operator_statement_understates_rank():
    """The operator's map commits to a statement that no entry supports; only folding the entries tells."""
    statement = canonical.decode(sealed().ledger.statement(maker.RIGHT))
    statement["encumbrances"][1]["registered_on"] = "2020-02-01"
    raw = canonical.encode(statement)
    leaf = sealed().leaves[f"asset:{maker.RIGHT}"] | {"statement": maker.sha256(raw).hex()}
    state = maker.seal(maker.history(), leaves={f"asset:{maker.RIGHT}": leaf})
    package = maker.priority_package(state, ranks=(2, 1))
    package.members["proofs/statement.json"] = raw
    return Lie(package.zip(), maker.trust(), "STATEMENT")


# --- The archive ------------------------------------------------------------------------------------------


def _with_member(name, content=b"x", **changes):
    """A sound entry package with one more member, listed like the others."""
    package = KINDS["entry"]()
    package.members[name] = content
    return maker.zip_of(sorted(package.all_members().items()), changes={name: changes})


def _entry_members():
    return sorted(KINDS["entry"]().all_members().items())


@_lies("ARCHIVE")
def path_traversal_in_zip():
    return _with_member("documents/../../evil")


@_lies("ARCHIVE")
def absolute_name():
    return _with_member("/etc/evil")


@_lies("ARCHIVE")
def backslash_in_name():
    return _with_member("documents\\evil")


@_lies("ARCHIVE")
def member_of_unknown_kind():
    return _with_member("json.py", b"raise SystemExit(0)")


@_lies("ARCHIVE")
def duplicate_members():
    members = _entry_members()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(maker.member_info(name), content)
            if name == "entries/2.json":
                archive.fp.flush()
                archive.NameToInfo.pop(name)
                archive.writestr(maker.member_info(name), content)
    return buffer.getvalue()


@_lies("ARCHIVE")
def names_that_differ_by_case():
    return _with_member("tokens/EMBEDDED.pem", KINDS["entry"]().members["tokens/embedded.pem"])


@_lies("ARCHIVE")
def symbolic_link():
    return _with_member("report.pdf", b"/etc/passwd", external_attr=0o120777 << 16)


@_lies("ARCHIVE")
def folder_member():
    return _with_member("report.pdf", b"", external_attr=0x10)


@_lies("ARCHIVE")
def zip_bomb():
    return _with_member("report.pdf", bytes(8 * 1024 * 1024))


@_lies("ARCHIVE")
def zip_bomb_that_understates_its_size():
    archive = bytearray(_with_member("report.pdf", bytes(64 * 1024 * 1024)))
    for signature, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = _header(archive, signature, b"report.pdf")
        archive[start + at : start + at + 4] = (1000).to_bytes(4, "little")
    return bytes(archive)


def _header(archive, signature, name):
    """Where the header of a member starts."""
    size = 30 if signature == b"PK\3\4" else 46
    start = archive.find(signature)
    while archive[start + size : start + size + len(name)] != name:
        start = archive.find(signature, start + 1)
    return start


def _patched(name, *, local=None, central=None):
    """A sound entry package in which bytes of a member's headers are replaced: {offset: bytes}."""
    archive = bytearray(maker.zip_of(_entry_members()))
    for signature, patch in ((b"PK\3\4", local), (b"PK\1\2", central)):
        for at, content in (patch or {}).items():
            start = _header(archive, signature, name) + at
            archive[start : start + len(content)] = content
    return bytes(archive)


@_lies("ARCHIVE")
def encrypted_member():
    return _patched(b"report.html", local={6: b"\1"}, central={8: b"\1"})


@_lies("ARCHIVE")
def data_descriptor():
    return _patched(b"report.html", local={6: b"\x08"}, central={8: b"\x08"})


@_lies("ARCHIVE")
def local_name_differs():
    return _patched(b"report.html", central={46: b"report.pdfx"[:10]})


@_lies("ARCHIVE")
def local_size_differs():
    return _patched(b"report.html", local={22: b"\1\0\0\0"})


@_lies("ARCHIVE")
def checksum_differs():
    return _patched(b"report.html", local={14: b"\0\0\0\0"}, central={16: b"\0\0\0\0"})


@_lies("ARCHIVE")
def unknown_compression():
    return _patched(b"report.html", local={8: b"\x0e"}, central={10: b"\x0e"})


@_lies("ARCHIVE")
def members_out_of_order():
    return maker.zip_of(_entry_members()[::-1])


@_lies("ARCHIVE")
def another_timestamp():
    return maker.zip_of(_entry_members(), changes={"report.html": {"date_time": (2026, 1, 1, 0, 0, 0)}})


@_lies("ARCHIVE")
def extra_field():
    return maker.zip_of(_entry_members(), changes={"report.html": {"extra": b"\x99\x99\0\0"}})


@_lies("ARCHIVE")
def member_comment():
    return maker.zip_of(_entry_members(), changes={"report.html": {"comment": b"original"}})


@_lies("ARCHIVE")
def archive_comment():
    return maker.zip_of(_entry_members(), comment=b"certified original")


@_lies("ARCHIVE")
def bytes_behind_the_archive():
    return maker.zip_of(_entry_members()) + b"more"


@_lies("ARCHIVE")
def bytes_before_the_archive():
    return b"#!/bin/sh\n" + maker.zip_of(_entry_members())


@_lies("ARCHIVE")
def second_archive_hidden_before_the_first():
    return maker.zip_of([("verify.py", b"print('PASS')")]) + maker.zip_of(_entry_members())


@_lies("ARCHIVE")
def cut_short():
    return maker.zip_of(_entry_members())[:-40]


@_lies("ARCHIVE")
def no_archive():
    return b"\x1f\x8b" * 100


# --- The manifest -----------------------------------------------------------------------------------------


def _unlisted(change):
    """A sound entry package whose members are changed after the manifest was made."""
    members = KINDS["entry"]().all_members()
    change(members)
    return maker.zip_of(sorted(members.items()))


@_lies("MANIFEST")
def unlisted_file():
    return _unlisted(lambda members: members.update({"report.pdf": b"%PDF"}))


@_lies("MANIFEST")
def changed_file():
    return _unlisted(lambda members: members.update({"report.html": b"<p>no encumbrance"}))


@_lies("MANIFEST")
def missing_file():
    return _unlisted(lambda members: members.pop("report.html"))


@_lies("MANIFEST")
def no_manifest():
    return _unlisted(lambda members: members.pop("manifest.json"))


@_lies("MANIFEST")
def manifest_written_otherwise():
    return _unlisted(lambda members: members.update({"manifest.json": members["manifest.json"] + b"\n"}))


@_lies("MANIFEST")
def manifest_with_a_member_twice():
    return _unlisted(
        lambda members: members.update({"manifest.json": members["manifest.json"][:-1] + b',"v":1}'})
    )


@_lies("MANIFEST")
def unknown_claim():
    package = KINDS["entry"]()
    package.claims = [*package.claims, {"claim": "legally_valid", "position": 2}]
    return package


@_lies("MANIFEST")
def claim_with_a_float():
    return _unlisted(
        lambda members: members.update(
            {"manifest.json": members["manifest.json"].replace(b'"position":2', b'"position":2.0')}
        )
    )


# --- Entries ----------------------------------------------------------------------------------------------


def _entry_that_is(change):
    """The operator put bytes into its log that are no entry; everything else is sound."""
    ledger = maker.history()
    raw = change(ledger.entries[2])
    assert raw != ledger.entries[2]
    lying = _WithGivenMap()
    for position, each in enumerate(ledger.entries, 1):
        lying.add_raw(raw if position == 3 else each)
    return maker.entry_package(maker.seal(lying, leaves=ledger.leaves()), 3)


class _WithGivenMap(maker.Ledger):
    """A ledger whose bytes cannot be read for the leaves of its map."""

    def leaves(self):
        return {}

    def cut(self, _size):
        return self


@_lies("ENTRIES")
def entry_written_otherwise():
    return _entry_that_is(lambda raw: raw.replace(b'","', b'", "', 1))


@_lies("ENTRIES")
def entry_with_a_float():
    return _entry_that_is(lambda raw: raw.replace(b'"type_v":1', b'"type_v":1.0'))


@_lies("ENTRIES")
def entry_with_a_member_twice():
    return _entry_that_is(lambda raw: b'{"actor":"x",' + raw[1:])


@_lies("ENTRIES")
def entry_of_another_version():
    return _entry_that_is(lambda raw: raw.replace(b'"v":1}', b'"v":2}'))


@_lies("ENTRIES")
def entry_with_text_not_normalized():
    return _entry_that_is(lambda raw: raw.replace(b'"actor":"importer"', '"actor":"e\u0301"'.encode()))


@_lies("ENTRIES")
def entry_with_an_integer_too_large():
    return _entry_that_is(lambda raw: raw.replace(b'"size":36', b'"size":9007199254740992'))


@_lies("ENTRIES")
def recorded_earlier_than_the_one_before():
    ledger = maker.Ledger()
    maker.register(ledger, maker.RIGHT)
    maker.pledge(
        ledger, maker.BANK, "45000/0001", "2020-03-01", recorded_at=maker.STAMPED - timedelta(days=900)
    )
    return maker.order_package(maker.seal(ledger), 1, 2)


# --- Checkpoint and signature -----------------------------------------------------------------------------


@_lies("CHECKPOINT")
def checkpoint_of_another_size():
    package = KINDS["entry"]()
    package.manifest = {"checkpoint": {"size": 5, "seal": 7}}
    return package


@_lies("CHECKPOINT")
def checkpoint_of_another_ledger():
    package = KINDS["entry"]()
    package.manifest = {"origin": "other.example/patents"}
    return package


@_lies("CHECKPOINT")
def note_written_otherwise():
    package = KINDS["entry"]()
    note = sealed().note.replace(b"suite sha256\n", b"suite sha256 \n")
    package.members |= {"checkpoint": note, "tokens/embedded.tsr": maker.stamp(note)}
    return package


@_lies("OPERATOR_SIGNATURE")
def wrong_operator_key():
    return maker.entry_package(maker.seal(maker.history(), key=maker.signing_key(seed=2)))


@_lies("OPERATOR_SIGNATURE")
def checkpoint_changed_after_signing():
    return maker.entry_package(maker.seal(maker.history(), previous=bytes([7]) * 32))


@_lies("OPERATOR_SIGNATURE")
def key_of_another_name():
    key = maker.signing_key(name="other.example/patents")
    return KINDS["entry"](), maker.trust(key=key)


# --- Inclusion --------------------------------------------------------------------------------------------


@_lies("INCLUSION")
def swapped_entries():
    package = KINDS["order"]()
    members = package.members
    members["entries/2.json"], members["entries/4.json"] = (
        members["entries/4.json"],
        members["entries/2.json"],
    )
    # The order of recording would tell too, so the later one is made to say the earlier time.
    return _same_recording_time(package)


def _same_recording_time(package):
    times = [package.json(name)["recorded_at"] for name in ("entries/2.json", "entries/4.json")]
    raw = package.members["entries/2.json"].replace(times[0].encode(), min(times).encode())
    package.members["entries/2.json"] = raw
    return package


@_lies("INCLUSION")
def changed_entry():
    package = KINDS["entry"]()
    raw = package.members["entries/2.json"]
    package.members["entries/2.json"] = raw.replace(b"FIRST BANK", b"WORST BANK")
    return package


@_lies("INCLUSION")
def entry_at_another_position():
    package = KINDS["entry"]()
    package.members["entries/4.json"] = package.members.pop("entries/2.json")
    proof = package.json("proofs/entries.json")[0] | {"position": 4}
    package.set_json("proofs/entries.json", [proof])
    package.claims, package.request = [{"claim": "entry", "position": 4}], {"position": 4}
    return package


@_lies("INCLUSION")
def entry_without_proof():
    package = KINDS["order"]()
    package.set_json("proofs/entries.json", package.json("proofs/entries.json")[:1])
    return package


@_lies("INCLUSION")
def foreign_genesis():
    ledger = maker.history(maker.Ledger(origin="other.example/patents"))
    return maker.entry_package(maker.seal(ledger), 1)


@_lies("INCLUSION")
def chain_of_another_log():
    return maker.entry_package(_signed(maker.history(), chain=bytes([9]) * 32), 6)


def _signed(ledger, **changes):
    """A checkpoint that says something untrue and that the operator signed."""
    state = maker.seal(ledger)
    text = replace(checkpoints.parse(state.note).checkpoint, **changes)
    return replace(state, note=checkpoints.sign(text, maker.KEY).note)


# --- Map --------------------------------------------------------------------------------------------------


@_lies("MAP")
def map_leaf_of_other_right():
    package = KINDS["status"]()
    other = sealed().leaves[f"asset:{maker.OTHER_RIGHT}"]
    proof = sealed().map.prove(f"asset:{maker.OTHER_RIGHT}", other) | {"key_of": f"asset:{maker.RIGHT}"}
    package.set_json("proofs/map.json", [proof])
    return package


@_lies("MAP")
def map_leaf_with_fewer_entries():
    package = KINDS["status"]()
    proofs = package.json("proofs/map.json")
    proofs[0]["leaf"]["count"] -= 1
    package.set_json("proofs/map.json", proofs)
    return package


@_lies("MAP")
def absence_by_a_leaf_elsewhere():
    """The path of another right is shown as if the absent one would stand there."""
    package = KINDS["absence"]()
    key = f"asset:{maker.ABSENT_RIGHT}"
    first_bit = maker.sha256(key.encode())[0] >> 7
    other = next(tag for tag in sealed().leaves if maker.sha256(tag.encode())[0] >> 7 != first_bit)
    proof = sealed().map.prove(other, None) | {"key_of": key}
    package.set_json("proofs/map.json", [proof])
    return package


@_lies("MAP")
def absence_by_the_right_itself():
    package = maker.absence_package(sealed(), maker.ABSENT_RIGHT)
    key = f"asset:{maker.RIGHT}"
    package.claims, package.request = [{"claim": "absent", "right": maker.RIGHT}], {"right": maker.RIGHT}
    package.set_json("proofs/map.json", [sealed().map.prove(key, None)])
    return package


@_lies("MAP")
def absence_at_a_place_that_is_not_empty():
    package = KINDS["absence"]()
    proofs = package.json("proofs/map.json")
    proofs[0]["other"] = None
    package.set_json("proofs/map.json", proofs)
    return package


# --- Completeness -----------------------------------------------------------------------------------------


def _without_last_entry(package):
    last = max(sealed().ledger.positions_of(f"asset:{maker.RIGHT}"))
    del package.members[f"entries/{last}.json"]
    package.set_json(
        "proofs/entries.json",
        [each for each in package.json("proofs/entries.json") if each["position"] != last],
    )
    return package


@_lies("COMPLETENESS")
def omitted_release():
    return _without_last_entry(KINDS["right"]())


@_lies("COMPLETENESS")
def history_shorter_than_the_map_says():
    package = _without_last_entry(KINDS["right"]())
    raw = package.members["entries/4.json"]
    package.claims[0] = package.claims[0] | {"count": 3, "head": maker.sha256(raw).hex()}
    return package


@_lies("COMPLETENESS")
def omitted_in_the_middle():
    package = KINDS["right"]()
    del package.members["entries/4.json"]
    package.set_json(
        "proofs/entries.json", [each for each in package.json("proofs/entries.json") if each["position"] != 4]
    )
    return package


@_lies("COMPLETENESS")
def seq_gap():
    ledger = maker.Ledger()
    maker.register(ledger, maker.RIGHT)
    maker.pledge(ledger, maker.BANK, "45000/0001", "2020-03-01", skip=1)
    return maker.right_package(maker.seal(ledger))


@_lies("COMPLETENESS")
def entry_that_follows_no_other():
    ledger = maker.Ledger()
    maker.register(ledger, maker.RIGHT)
    maker.pledge(ledger, maker.BANK, "45000/0001", "2020-03-01", previous="ab" * 32)
    return maker.right_package(maker.seal(ledger))


@_lies("COMPLETENESS")
def right_that_begins_twice():
    ledger = maker.Ledger()
    maker.register(ledger, maker.RIGHT)
    maker.pledge(ledger, maker.BANK, "45000/0001", "2020-03-01", skip=-1, previous=chain.NO_PREVIOUS)
    return maker.right_package(maker.seal(ledger))


# --- Statement and claims ---------------------------------------------------------------------------------


def _with_statement(package, change):
    statement = package.json("proofs/statement.json")
    change(statement)
    package.set_json("proofs/statement.json", statement)
    return package


@_lies("STATEMENT")
def statement_understates_rank():
    """The second pledge is told as registered before the first; the map committed to something else."""

    def change(statement):
        statement["encumbrances"][1]["registered_on"] = "2020-02-01"

    return _with_statement(KINDS["status"](), change)


@_lies("STATEMENT")
def statement_without_a_pledge():
    return _with_statement(KINDS["status"](), lambda statement: statement["encumbrances"].pop())


@_lies("STATEMENT")
def statement_written_otherwise():
    package = KINDS["status"]()
    package.members["proofs/statement.json"] += b" "
    return package


@_lies("CLAIMS")
def absent_right_with_leaf():
    return maker.absence_package(sealed(), maker.RIGHT)


@_lies("CLAIMS")
def ranks_swapped():
    return maker.priority_package(sealed(), ranks=(2, 1))


@_lies("CLAIMS")
def rank_of_a_released_pledge():
    return maker.priority_package(sealed(), as_of="2022-01-01")


@_lies("CLAIMS")
def status_of_fewer_entries():
    package = KINDS["status"]()
    package.claims[0] = package.claims[0] | {"count": 3}
    return package


@_lies("CLAIMS")
def status_without_statement():
    package = KINDS["status"]()
    del package.members["proofs/statement.json"]
    return package


@_lies("CLAIMS")
def claim_without_entry():
    package = KINDS["entry"]()
    package.claims = [*package.claims, {"claim": "entry", "position": 4}]
    return package


@_lies("CLAIMS")
def document_of_another_entry():
    package = KINDS["document"]()
    package.claims[0] = package.claims[0] | {"sha256": "ab" * 32}
    package.request = package.request | {"sha256": "ab" * 32}
    return package


@_lies("CLAIMS")
def kind_without_its_claim():
    package = KINDS["entry"]()
    package.kind, package.request = "right", {"right": maker.RIGHT}
    return package


@_lies("CLAIMS")
def answer_to_another_question():
    package = KINDS["status"]()
    package.request = {"right": maker.OTHER_RIGHT}
    return package


# --- Tokens -----------------------------------------------------------------------------------------------


def _token(answer, **members):
    """A sound entry package with another answer in the place of the authority's."""
    package = KINDS["entry"]()
    package.members["tokens/embedded.tsr"] = answer(sealed().note)
    package.members.update(members)
    return package


def _by(signer, **changes):
    return _token(lambda note: maker.stamp_by(signer, note, **changes))


def _info(**changes):
    """A token whose information is wrong, soundly signed."""
    return _token(
        lambda note: maker.stamp_by(
            token_maker.TSA, note, info=token_maker.tst_info(**{"digest": maker.sha256(note)} | changes)
        )
    )


@_lies("TOKENS")
def token_other_imprint():
    return _token(lambda _: maker.stamp(b"another checkpoint"))


@_lies("TOKENS")
def token_imprint_of_another_algorithm():
    return _info(algorithm=enc.sequence(enc.oid("2.16.840.1.101.3.4.2.8")))


@_lies("TOKENS")
def token_sha1_imprint():
    return _info(algorithm=SHA1, digest=hashlib.sha1(sealed().note).digest())


@_lies("TOKENS")
def token_eku_not_critical():
    return _by(token_maker.certify_tsa(token_maker.ROOT, purposes_critical=False))


@_lies("TOKENS")
def token_eku_not_sole():
    purposes = [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]
    return _by(token_maker.certify_tsa(token_maker.ROOT, purposes=purposes))


@_lies("TOKENS")
def token_by_a_certificate_for_other_uses():
    return _by(token_maker.certify_tsa(token_maker.ROOT, usage=token_maker.key_usage("key_encipherment")))


@_lies("TOKENS")
def token_rsa_1024():
    return _by(token_maker.certify_tsa(token_maker.ROOT, key=token_maker.rsa_key(1024)))


@_lies("TOKENS")
def token_of_an_untrusted_root():
    root = token_maker.certify("Test root")
    tsa = token_maker.certify_tsa(root)
    return _by(tsa, certificates=[tsa.der, root.der])


@_lies("TOKENS")
def token_of_a_certificate_expired_then():
    past = token_maker.NOW - timedelta(days=300)
    return _by(token_maker.certify_tsa(token_maker.ROOT, not_before=past, not_after=past + timedelta(days=9)))


@_lies("TOKENS")
def token_version_2():
    return _info(version=2)


@_lies("TOKENS")
def token_in_the_future():
    return _info(gen_time=enc.generalized_time(maker.CLOCK + timedelta(days=30)))


@_lies("TOKENS")
def token_with_a_critical_extension():
    extension = enc.sequence(enc.oid("1.3.6.1.4.1.99999.5"), b"\1\1\xff", enc.octets(b"\5\0"))
    return _info(extensions=enc.explicit(1, extension))


@_lies("TOKENS")
def token_names_another_authority():
    other = token_maker.name("Another TSA").public_bytes()
    return _info(tsa=enc.explicit(0, enc.explicit(4, other)))


@_lies("TOKENS")
def token_time_changed_after_signing():
    def answer(note):
        made = maker.stamp(note)
        time = enc.generalized_time(maker.STAMPED)
        earlier = enc.generalized_time(maker.STAMPED - timedelta(days=365))
        assert len(time) == len(earlier)
        return made.replace(time, earlier)

    return _token(answer)


@_lies("TOKENS")
def token_with_bytes_behind():
    return _token(lambda note: maker.stamp(note) + b"\0")


@_lies("TOKENS")
def token_refused_by_the_authority():
    return _token(
        lambda note: token_maker.response(
            token_maker.token(info=token_maker.tst_info(digest=maker.sha256(note)), signer=token_maker.TSA),
            status=2,
        )
    )


@_lies("TOKENS")
def token_that_names_another_certificate():
    twin = token_maker.certify_tsa(token_maker.ROOT, key=token_maker.TSA.key)
    attribute = token_maker.attribute(token_maker.SIGNING_CERTIFICATE_V2, token_maker.certificate_id(twin))
    return _by(token_maker.TSA, signing_certificate=attribute)


@_lies("TOKENS")
def token_without_named_certificate():
    return _by(token_maker.TSA, drop=("signing_certificate",))


@_lies("TOKENS")
def token_with_another_signature():
    return _token(lambda note: maker.stamp(note)[:-1] + bytes([maker.stamp(note)[-1] ^ 1]))


@_lies("TOKENS")
def token_for_another_time_signed():
    wrong = token_maker.attribute(token_maker.MESSAGE_DIGEST, enc.octets(bytes(32)))
    return _by(token_maker.TSA, message_digest=wrong)


@_lies("TOKENS")
def token_with_two_signers():
    def answer(note):
        info = token_maker.tst_info(digest=maker.sha256(note))
        return token_maker.response(token_maker.token(info=info, extra_signer_infos=(enc.sequence(),)))

    return _token(answer)


@_lies("TOKENS")
def token_of_a_key_that_was_stolen():
    package = _by(token_maker.TSA)
    reason = x509.ReasonFlags.key_compromise
    crl = token_maker.revocation_list(
        token_maker.ROOT,
        (token_maker.TSA, maker.NOW + timedelta(hours=5), reason),
        this_update=maker.NOW + timedelta(hours=6),
    )
    package.members["tokens/embedded.crl"] = maker.revocation_list_pem(crl)
    return package


@_lies("AUTHORITIES")
def one_authority_twice():
    package = KINDS["entry"]()
    package.members["tokens/second.tsr"] = maker.stamp(sealed().note)
    package.members["tokens/second.pem"] = package.members["tokens/embedded.pem"]
    return package, maker.trust(**{"policy.json": b'{"authorities": 2, "witnesses": 0}'})


# --- Earlier checkpoints and witnesses --------------------------------------------------------------------


def _fork():
    """Another history of the same ledger, signed by the operator: the second pledge never happened."""
    ledger = maker.Ledger()
    maker.register(ledger, maker.RIGHT)
    maker.pledge(ledger, maker.BANK, "45000/0001", "2020-03-01")
    maker.deposit(ledger)
    maker.deposit(ledger, b"something else")
    maker.register(ledger, maker.OTHER_RIGHT)
    maker.release(ledger)
    return ledger


@_lies("CONSISTENCY")
def forked_checkpoint():
    """A verifier who saw the honest checkpoint is shown the fork at the same size."""
    package = maker.entry_package(maker.seal(_fork()))
    return package, maker.trust(**{"checkpoints/seen.checkpoint": sealed().note})


@_lies("CONSISTENCY")
def earlier_checkpoint_inconsistent():
    """The proof goes from the fork's own past; the verifier remembers another one."""
    fork = _fork()
    package = maker.consistency_package(maker.seal(fork), maker.seal(fork, size=4))
    return package, maker.trust(**{"checkpoints/seen.checkpoint": earlier().note})


@_lies("CONSISTENCY")
def consistency_proof_changed():
    package = KINDS["consistency"]()
    value = package.json("proofs/consistency.json")
    value["proof"][0] = "ab" * 32
    package.set_json("proofs/consistency.json", value)
    return package


@_lies("CONSISTENCY")
def earlier_note_of_another_signer():
    package = KINDS["consistency"]()
    value = package.json("proofs/consistency.json")
    value["from"]["note"] = maker.seal(maker.history(), size=4, key=maker.signing_key(seed=2)).note.decode()
    package.set_json("proofs/consistency.json", value)
    return package


def _witnessed(note, **changes):
    key, line = maker.cosign("witness.example", note, **changes)
    package = KINDS["entry"]()
    if line:
        package.members["cosignatures"] = line
    policy = b'{"authorities": 1, "witnesses": 1}'
    return package, maker.trust(**{"witnesses/bank.vkey": key, "policy.json": policy})


@_lies("WITNESSES")
def no_witness():
    package, trust = _witnessed(sealed().note)
    del package.members["cosignatures"]
    return package, trust


@_lies("WITNESSES")
def witness_of_another_checkpoint():
    return _witnessed(earlier().note)


@_lies("WITNESSES")
def witness_beyond_all_years():
    return _witnessed(sealed().note, seconds=253402300800)


def witnessed():
    """A sound package with the cosignature its verifier asks for."""
    package, trust = _witnessed(sealed().note)
    return package.zip(), trust


# --- Disclosures and documents ----------------------------------------------------------------------------


@_lies("DISCLOSURES")
def disclosure_not_committed():
    package = KINDS["document"]()
    opened = maker.disclosure(1000, "/title", "another title")
    package.set_json("disclosures/3.json", [opened])
    return package


@_lies("DISCLOSURES")
def disclosure_beside_another_entry():
    package = KINDS["entry"]()
    package.set_json("disclosures/2.json", [maker.TITLE])
    return package


@_lies("DOCUMENTS")
def document_swapped():
    package = KINDS["document"]()
    name = next(name for name in package.members if name.startswith("documents/"))
    package.members[name] = b"another agreement"
    return package


@_lies("DOCUMENTS")
def document_not_committed():
    package = KINDS["document"]()
    package.members[f"documents/{maker.sha256(b'other').hex()}"] = b"other"
    return package


# --- Signatures of acts -----------------------------------------------------------------------------------


def _signed_act(**told):
    """The operator recorded, sealed and had stamped an act whose signatures are not what they seem."""
    return maker.entry_package(maker.seal(maker.signed_history(**told)), 7)


def _changed_signature(private=maker.ED25519, /, **changes):
    """A sound signature with members of it changed afterwards."""
    made = maker.act_signature(maker.command_text(), private)
    return _signed_act(signatures=[made | changes])


def _text(**members):
    return maker.command_text(**members)


@_lies("SIGNATURES")
def deal_invented_under_a_real_signature():
    """The signature is the party's, but for another amount than the text recorded."""
    signature = maker.act_signature(_text(amount=100), maker.ED25519)
    return _signed_act(text=_text(amount=100_000_000), signatures=[signature])


@_lies("SIGNATURES")
def deal_invented_under_a_real_signature_of_es256():
    signature = maker.act_signature(_text(amount=100), maker.P256)
    return _signed_act(text=_text(amount=100_000_000), signatures=[signature])


@_lies("SIGNATURES")
def one_of_two_signatures_is_false():
    text = _text()
    false = maker.act_signature(_text(amount=1), maker.P256, party="FIRST BANK")
    return _signed_act(signatures=[maker.act_signature(text, maker.ED25519), false])


@_lies("SIGNATURES")
def signature_by_another_key_than_named():
    mine, other = (maker.act_signature(_text(), key) for key in (maker.ED25519, maker.OTHER_ED25519))
    return _signed_act(signatures=[mine | {"protected": other["protected"], "signature": other["signature"]}])


@_lies("SIGNATURES")
def key_not_named_by_its_thumbprint():
    return _changed_signature(kid=maker.kid_of(maker.OTHER_ED25519))


@_lies("SIGNATURES")
def key_of_es256_not_named_by_its_thumbprint():
    return _changed_signature(maker.P256, kid=maker.kid_of(maker.ED25519))


@_lies("SIGNATURES")
def key_swapped_under_the_same_name():
    """The thumbprint in header and entry is the party's; the key beside it is not."""
    other = maker.public_jwk(maker.OTHER_ED25519)
    return _changed_signature(jwk={name: other[name] for name in ("kty", "crv", "x")})


@_lies("SIGNATURES")
def key_of_small_order():
    """Under the neutral point anybody signs anything (RFC 8032, 5.1.3)."""
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": maker.base64url(b"\1" + bytes(31))}
    kid = maker.thumbprint(jwk)
    protected = maker.protected(alg="EdDSA", kid=kid)
    signature = maker.base64url(b"\1" + bytes(63))
    return _signed_act(
        signatures=[
            {"party": {"name": "ACME CORP"}, "kid": kid, "jwk": jwk, "protected": protected,
             "signature": signature}
        ]
    )  # fmt: skip


@_lies("SIGNATURES")
def act_of_another_id():
    return _signed_act(text=_text(command_id="deal-2"))


@_lies("SIGNATURES")
def act_without_id():
    return _signed_act(text=canonical.encode({"command": "contract_pledge"}).decode())


@_lies("SIGNATURES")
def act_for_another_ledger():
    return _signed_act(text=_text(ledger="other.example/patents"))


@_lies("SIGNATURES")
def act_for_another_ledger_by_es256():
    return _signed_act(text=_text(ledger="other.example/patents"), private=maker.P256)


@_lies("SIGNATURES")
def act_for_no_ledger():
    return _signed_act(text=_text(ledger=None))


@_lies("SIGNATURES")
def signed_text_not_canonical():
    return _signed_act(text=_text().replace(",", ", "))


@_lies("SIGNATURES")
def signed_text_no_command():
    return _signed_act(text='["deal-1"]')


@_lies("SIGNATURES")
def act_without_signatures():
    return _signed_act(signatures=[])


def _headed(private=maker.ED25519, /, **header):
    """A signature that is sound in itself, under a header that is not to be trusted."""
    return _signed_act(signatures=[maker.act_signature(_text(), private, header=header)])


@_lies("SIGNATURES")
def header_of_no_algorithm():
    return _headed(alg="none")


@_lies("SIGNATURES")
def header_of_another_algorithm():
    return _headed(maker.P256, alg="EdDSA")


@_lies("SIGNATURES")
def header_without_key():
    return _headed(kid=None)


@_lies("SIGNATURES")
def header_of_another_key():
    return _headed(kid=maker.kid_of(maker.P256))


@_lies("SIGNATURES")
def header_that_must_be_understood():
    return _headed(crit=["exp"], b64=None, exp=1)


@_lies("SIGNATURES")
def header_whose_encoding_is_not_critical():
    return _headed(crit=None)


@_lies("SIGNATURES")
def header_with_a_key_of_its_own():
    return _headed(jwk=maker.public_jwk(maker.OTHER_ED25519))


@_lies("SIGNATURES")
def header_that_names_a_member_twice():
    twice = canonical.encode(maker.header_of(maker.ED25519))[:-1] + b',"alg":"none"}'
    return _signed_act(signatures=[maker.act_signature(_text(), maker.ED25519, raw_header=twice)])


@_lies("SIGNATURES")
def signature_in_der():
    """ES256 takes r and s, 64 bytes (RFC 7518, 3.4)."""
    return _changed_signature(maker.P256, signature=maker.base64url(maker.der_signature(_text())))


@_lies("SIGNATURES")
def signature_of_nothing():
    return _changed_signature(maker.P256, signature=maker.base64url(bytes(64)))


@_lies("SIGNATURES")
def signature_with_padding():
    sound = maker.act_signature(_text(), maker.ED25519)
    return _changed_signature(signature=sound["signature"] + "==")


def signed_in_many_ways():
    """Sound packages of signed acts: both algorithms, both encodings of the payload, without a ledger."""
    text = _text(ledger=...)
    several = [maker.act_signature(_text(), key) for key in (maker.ED25519, maker.P256)]
    plain = {"b64": None, "crit": None, "typ": "JOSE", "iat": 1_704_067_200}
    return {
        "EdDSA and ES256": _signed_act(signatures=several),
        "base64url": _signed_act(signatures=[maker.act_signature(_text(), maker.P256, header=plain)]),
        "no ledger": _signed_act(text=text),
    }


def signed_by(**parties):
    """A sound package of an act of ACME CORP, shown to one who knows these keys of parties."""
    package = KINDS["signed"]()
    files = {f"parties/{name}.jwk": canonical.encode(value) for name, value in parties.items()}
    return package.zip(), maker.trust(**files)
