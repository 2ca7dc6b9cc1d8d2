"""Words for license contracts: `grant("甲公司", "丙公司")` is a command, ordinary and nationwide."""

from tests.ledger.rules.desk import DIGEST, P2, parties


def scope(from_="2024-01-01", until="2026-12-31", **members):
    told = {"acts": ["*"], "territory": ["CN"], "field": ["*"], **members, "from": from_}
    return {**told, "until": until} if until else told


def grant(licensors, licensees, id_=None, kind=None, /, *, rights=P2, on="2024-01-02", **members):
    """`grant_license`; `members` may hold `scope`, or the members of one (`from_`, `until`, `field` …)."""
    place = {
        name: members.pop(name)
        for name in ("from_", "until", "acts", "territory", "field")
        if name in members
    }
    told = {
        "command": "grant_license",
        "rights": [rights] if isinstance(rights, str) else list(rights),
        "licensors": parties(licensors),
        "licensees": parties(licensees),
        "scope": scope(**place),
        "executed_on": on,
        "document": DIGEST,
        **members,
    }
    if id_:
        told["license"] = id_
    if kind:
        told["kind"] = kind
    return {name: value for name, value in told.items() if value is not None}


def terminate(id_, by, on, cause="agreement", *, rights=P2, **members):
    return {
        "command": "terminate_license", "rights": [rights], "license": id_, "cause": cause,
        "by": parties(by), "ended_on": on, **members,
    }  # fmt: skip


def consent(giver, role, act="license", *, rights=P2, on="2024-01-02", **members):
    return {
        "command": "give_consent", "rights": [rights], "giver": {"name": giver}, "role": role, "act": act,
        "given_on": on, **members,
    }  # fmt: skip


def paper(kind, *, rights=P2, on="2024-01-02", **members):
    return {"command": "file_document", "rights": [rights], "kind": kind, "issued_on": on, **members}
