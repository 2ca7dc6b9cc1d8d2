"""Checks 1 to 4, 15 and 16: the archive, what lies in it, and whether each thing is well-formed."""

from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from ledger.entry import parse as parse_entry
from ledger.errors import EntryMalformed
from notary import checkpoints
from notary.errors import CheckpointInvalid, PackageInvalid
from notary.evidence import archive, disclosures, members
from notary.tokens.report import Outcome
from notary.verification.case import Case, member_of
from notary.verification.report import Check, hex_digest


def check_archive(case: Case, check: Check) -> None:
    """Look at every byte of the archive, and take its members out."""
    try:
        content = _content(case.package)
        case.files = archive.read(content)
    except OSError as error:
        check.fail("FILE_UNREADABLE", reason=error.strerror or str(error))
        return
    except PackageInvalid as error:
        check.refuse(error)
        return
    check.subjects = len(case.files)


def _content(package: bytes | Path) -> bytes:
    if isinstance(package, bytes):
        return package
    with package.open("rb") as file:
        return file.read(archive.ARCHIVE_BYTES_MAX + 1)


def check_manifest(case: Case, check: Check) -> None:
    """Hold every other member against the manifest."""
    content = member_of(case, check, members.MANIFEST)
    if content is None or case.files is None:
        return
    try:
        manifest = members.read_manifest(content)
    except PackageInvalid as error:
        check.refuse(error, Outcome.INDETERMINATE if error.code == members.VERSION_UNKNOWN else Outcome.FAIL)
        return
    case.manifest = manifest
    check.subjects = len(manifest.files)
    names = [listed.name for listed in manifest.files]
    if names != sorted(set(names)):
        check.fail("FILES_OUT_OF_ORDER")
    for name in sorted(case.files.keys() - {members.MANIFEST, *names}):
        check.fail("MEMBER_NOT_LISTED", name=name)
    for listed in manifest.files:
        found = case.files.get(listed.name)
        if found is None or listed.name == members.MANIFEST:
            check.fail("MEMBER_MISSING", name=listed.name)
        elif (len(found), sha256(found).hexdigest()) != (listed.size, listed.sha256):
            digest = sha256(found).hexdigest()
            check.fail("MEMBER_DIFFERS", name=listed.name, found=digest, expected=listed.sha256)


def check_entries(case: Case, check: Check) -> None:
    """Read the entries."""
    if case.files is None:
        check.leave_open()
        return
    for name, content in case.files.items():
        position = members.entry_position(name)
        if position is None:
            continue
        check.subjects += 1
        try:
            case.entries[position] = parse_entry(content, position)
        except EntryMalformed as error:
            case.unread.add(position)
            check.refuse(error)
    for before, after in pairwise(sorted(case.entries)):
        if case.entries[after].recorded_at < case.entries[before].recorded_at:
            check.fail("RECORDED_OUT_OF_ORDER", position=after, before=before)


def check_checkpoint(case: Case, check: Check) -> None:
    """Read the signed note."""
    content = member_of(case, check, members.CHECKPOINT)
    if content is None:
        return
    check.subjects = 1
    try:
        case.signed = checkpoints.parse(content)
    except CheckpointInvalid as error:
        check.refuse(error)
        return
    if case.manifest is None:
        check.leave_open()
        return
    found, manifest = case.signed.checkpoint, case.manifest
    if (found.origin, found.size) != (manifest.origin, manifest.checkpoint.size):
        check.fail(
            "CHECKPOINT_DIFFERS",
            found_origin=found.origin,
            found_size=found.size,
            origin=manifest.origin,
            size=manifest.checkpoint.size,
        )
    seal = manifest.checkpoint.seal
    if seal is not None and seal <= manifest.checkpoint.size:
        check.fail("SEAL_MISPLACED", size=manifest.checkpoint.size, seal=seal)


def check_disclosures(case: Case, check: Check) -> None:
    """Look for each opened field among what its entry commits to."""
    if case.files is None:
        check.leave_open()
        return
    for name, content in case.files.items():
        position = disclosures.position_of(name)
        if position is None:
            continue
        try:
            opened = members.read_disclosures(name, content)
        except PackageInvalid as error:
            check.refuse(error)
            continue
        for each in opened:
            check.subjects += 1
            _check_disclosure(case, check, position, each)


def _check_disclosure(case: Case, check: Check, position: int, opened: str) -> None:
    if disclosures.read(opened) is None:
        check.fail("DISCLOSURE_MALFORMED", position=position)
    elif position in case.unproved:
        check.leave_open()
    elif position not in case.proved or disclosures.digest(opened) not in case.entries[position].commitments:
        check.fail("DISCLOSURE_NOT_COMMITTED", position=position, digest=disclosures.digest(opened))


def check_documents(case: Case, check: Check) -> None:
    """Look for the digest of each document among what the proved entries commit to."""
    if case.files is None:
        check.leave_open()
        return
    committed = {
        digest for position in case.proved for digest in disclosures.committed_files(case.entries[position])
    }
    for name, content in case.files.items():
        if not name.startswith("documents/"):
            continue
        check.subjects += 1
        digest, named = hex_digest(content), name.removeprefix("documents/")
        if digest != named:
            check.fail("DOCUMENT_DIFFERS", name=named, found=digest)
        elif named not in committed and case.unproved:
            check.leave_open()
        elif named not in committed:
            check.fail("DOCUMENT_NOT_COMMITTED", name=named)
