"""Commands that several tests hand in."""

from tests.ledger.rules.desk import DIGEST, P1, right

OWNERS = {"甲公司": [1, 2], "乙公司": [1, 2]}


def registration(right_id=P1, command_id=None, owners=OWNERS):
    told = right(right_id, owners, filed_on="2015-03-10", granted_on="2017-01-03")
    return {**told, "command_id": command_id or f"r:{right_id[-8:]}"}


def consent(command_id, right_id=P1, **members):
    return {
        "command": "give_consent", "command_id": command_id, "rights": [right_id],
        "giver": {"name": "乙公司"}, "role": "coowner", "act": "license", "given_on": "2024-01-09",
        "document": DIGEST, **members,
    }  # fmt: skip


def paper(command_id, right_id=P1, **members):
    return {
        "command": "file_document", "command_id": command_id, "rights": [right_id],
        "kind": "resolution", "issued_on": "2024-01-09", **members,
    }  # fmt: skip


def entries(store):
    return [stored.parse() for stored in store.reader.entries()]


def count(store):
    return store.reader.head().position
