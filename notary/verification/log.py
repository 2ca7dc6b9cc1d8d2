"""Checks 5, 6, 13 and 14: who signed the checkpoint, what stands in its log, and what it extends."""

from ledger import chain
from notary import checkpoints, merkle
from notary.checkpoints import Checkpoint
from notary.errors import CheckpointInvalid, PackageInvalid, ProofInvalid
from notary.evidence import members
from notary.verification.case import Case, member_of
from notary.verification.report import Check, reasons


def check_operator(case: Case, check: Check) -> None:
    """Verify the operator's signature with the verifier's key."""
    if case.trust.operator is None:
        check.leave_open("OPERATOR_KEY_MISSING")
    elif case.signed is None:
        check.leave_open()
    else:
        check.subjects = 1
        try:
            checkpoints.verify(case.signed, case.trust.operator)
        except CheckpointInvalid as error:
            check.refuse(error)


def check_inclusion(case: Case, check: Check) -> None:
    """Link each entry to the one before, and follow the link to the root of the log."""
    positions = set(case.entries) | case.unread
    case.unproved = set(positions)
    if case.files is None or case.signed is None:
        check.leave_open()
        return
    if members.ENTRY_PROOFS not in case.files and not positions:
        return
    content = member_of(case, check, members.ENTRY_PROOFS)
    if content is None:
        return
    try:
        proofs = members.read_entry_proofs(content)
    except PackageInvalid as error:
        check.refuse(error)
        return
    last = 0
    for proof in proofs:
        if proof.position <= last:
            check.fail("PROOFS_OUT_OF_ORDER", position=proof.position)
        last = proof.position
        _check_entry_proof(case, check, proof)
    for position in sorted(positions - {proof.position for proof in proofs}):
        check.fail("ENTRY_UNPROVED", position=position)


def _check_entry_proof(case: Case, check: Check, proof: members.EntryProof) -> None:
    assert case.signed is not None
    position, checkpoint = proof.position, case.signed.checkpoint
    entry = case.entries.get(position)
    if entry is None:
        if position in case.unread:
            check.leave_open()
        else:
            check.fail("PROOF_WITHOUT_ENTRY", position=position)
        return
    check.subjects += 1
    link = chain.link(bytes.fromhex(proof.previous), position, entry.digest)
    try:
        merkle.verify_inclusion(
            leaf=merkle.leaf_hash(link),
            index=merkle.leaf_index(position),
            size=checkpoint.size,
            proof=[bytes.fromhex(each) for each in proof.inclusion],
            root=checkpoint.root,
        )
    except ProofInvalid as error:
        check.fail("INCLUSION_FAILED", position=position, **reasons(error))
        return
    # The operator signed what follows; an operator that contradicts itself is told by it.
    if position == 1 and proof.previous != chain.genesis(checkpoint.origin).hex():
        check.fail("GENESIS_DIFFERS", origin=checkpoint.origin)
    if position == checkpoint.size and link != checkpoint.chain:
        check.fail("CHAIN_DIFFERS", position=position)
    case.proved.add(position)
    case.unproved.discard(position)


def check_consistency(case: Case, check: Check) -> None:
    """Compare with earlier states of the log: those the verifier knows, and the one the package brings."""
    if case.files is None or case.signed is None:
        check.leave_open()
        return
    earlier = earlier_states(case)
    check.subjects += earlier.subjects
    check.adopt(earlier)
    for known in (signed.checkpoint for signed in case.trust.checkpoints):
        if known.origin == case.signed.checkpoint.origin:
            _compare_known(case, check, known)


def _compare_known(case: Case, check: Check, known: Checkpoint) -> None:
    """A state seen before is the same state, or the one the consistency proof starts from, or left alone."""
    assert case.signed is not None
    now, record = case.signed.checkpoint, case.consistency
    if known.size == now.size:
        check.subjects += 1
        if (known.root, known.chain, known.map_root) != (now.root, now.chain, now.map_root):
            check.fail("HISTORY_FORKED", size=known.size)
    elif record is not None and record.from_.size == known.size:
        check.subjects += 1
        if bytes.fromhex(record.from_.root) != known.root:
            check.fail("HISTORY_FORKED", size=known.size)
    else:
        check.note("KNOWN_CHECKPOINT_NOT_COMPARED", size=known.size)


def earlier_states(case: Case) -> Check:
    """The consistency proof of the package, looked at once: a claim may rest on it before its own check."""
    if case.earlier is not None:
        return case.earlier
    check = case.earlier = Check(0, "CONSISTENCY")
    content = (case.files or {}).get(members.CONSISTENCY)
    if content is None:
        return check
    check.subjects = 1
    if case.signed is None:
        check.leave_open()
        return check
    try:
        case.consistency = members.read_consistency(content)
    except PackageInvalid as error:
        check.refuse(error)
        return check
    now, before = case.signed.checkpoint, case.consistency.from_
    if before.note is not None and not _is_note_of(case, before):
        check.fail("EARLIER_NOTE_DIFFERS", size=before.size)
    try:
        merkle.verify_consistency(
            size1=before.size,
            root1=bytes.fromhex(before.root),
            size2=now.size,
            root2=now.root,
            proof=[bytes.fromhex(each) for each in case.consistency.proof],
        )
    except ProofInvalid as error:
        check.fail("NOT_CONSISTENT", size=before.size, **reasons(error))
    return check


def _is_note_of(case: Case, earlier: members.Earlier) -> bool:
    assert case.signed is not None
    assert earlier.note is not None
    try:
        signed = checkpoints.parse(earlier.note.encode())
        if case.trust.operator is not None:
            checkpoints.verify(signed, case.trust.operator)
    except (CheckpointInvalid, UnicodeEncodeError):
        return False
    found = signed.checkpoint
    named = (case.signed.checkpoint.origin, earlier.size, earlier.root)
    return (found.origin, found.size, found.root.hex()) == named


def check_witnesses(case: Case, check: Check) -> None:
    """Count the cosignatures of witnesses the verifier knows."""
    required = case.trust.policy.witnesses
    if case.signed is None:
        check.leave_open()
        return
    names: set[bytes] = set()
    try:
        signed = checkpoints.parse(case.signed.note + (case.files or {}).get(members.COSIGNATURES, b""))
    except CheckpointInvalid as error:
        check.fail("COSIGNATURES_MALFORMED", **reasons(error))
        return
    for witness in case.trust.witnesses:
        sound = witness.cosigned(signed)
        if sound is False:
            check.fail("COSIGNATURE_INVALID", witness=witness.name)
        elif sound:
            names.add(witness.public_key)
    check.subjects = len(names)
    if len(names) >= required:
        return
    if not case.trust.witnesses:
        check.leave_open("WITNESSES_MISSING")
    else:
        check.fail("WITNESSES_TOO_FEW", found=len(names), required=required)
