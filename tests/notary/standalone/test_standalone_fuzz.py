"""Whatever JSON a package holds, the standalone verifier ends in a report that can be printed."""

import copy
import io
import json
import random

import pytest

from notary.standalone import verify
from tests.notary import evidence_lies as lies
from tests.notary.standalone import package_maker as maker

SEED, MUTATIONS = 20261121, 60
ODD = (
    None, True, 0, -1, 1, 2**53 - 1, "", "x", "{0}", "\u202e\x1b[2J", "0" * 64, "2020-02-30", "2020-02-29",
    [], [[]], ["x"], {}, {"x": 1}, {"id": "x", "rank": 1}, {"count": 1, "acc": "0" * 64},
)  # fmt: skip


def places(value, path=()):
    """Paths of every value within a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def mutated(value, chance):
    """The value with one part replaced by something odd, doubled or taken out."""
    value = copy.deepcopy(value)
    path = chance.choice(list(places(value)))
    if not path:
        return chance.choice(ODD)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    match chance.randrange(4):
        case 0 if isinstance(holder, list):
            holder.append(holder[path[-1]])
        case 1:
            del holder[path[-1]]
        case _:
            holder[path[-1]] = chance.choice(ODD)
    return value


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trust")
    for name, content in maker.trust(**{"checkpoints/seen.checkpoint": lies.earlier().note}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return verify.read_trust(folder)


class NoOpenSsl(verify.OpenSsl):
    """Signatures are not what is tried here."""

    def run(self, _arguments, _files):
        raise verify.Unjudged("OPENSSL_MISSING")


@pytest.mark.parametrize("kind", list(lies.KINDS))
def test_odd_values_end_in_a_report(kind, trust):
    package = lies.KINDS[kind]()
    chance = random.Random(f"{SEED}{kind}")
    names = [name for name in package.members if name.endswith(".json")]
    for _ in range(MUTATIONS):
        broken = copy.copy(package)
        broken.members = dict(package.members)
        if chance.randrange(3) or not names:
            broken.manifest = {
                "claims": mutated(package.claims, chance),
                "request": mutated(package.request, chance),
            }
        for name in chance.sample(names, min(len(names), chance.randrange(3))):
            broken.set_json(name, mutated(json.loads(package.members[name]), chance))
        report = verify.examine(io.BytesIO(broken.zip()), trust, openssl=NoOpenSsl(), clock=maker.CLOCK)
        assert report.verdict != verify.PASS
        for lang in ("zh", "en"):
            assert report.verdict in verify.as_text(report, "0" * 64, lang, is_archive=True)
        assert json.loads(json.dumps(verify.as_json(report, "0" * 64)))["verdict"] == report.verdict


def test_odd_values_in_what_the_operator_signed_end_in_a_report(trust):
    """The statement and the map are then what the operator says: only their shape protects the reader."""
    chance = random.Random(SEED)
    statement = json.loads(lies.sealed().ledger.statement(maker.RIGHT))
    for _ in range(MUTATIONS * 4):
        odd = maker.canonical.encode(mutated(statement, chance))
        leaf = lies.sealed().leaves[f"asset:{maker.RIGHT}"] | {"statement": maker.sha256(odd).hex()}
        sealed = maker.seal(lies.sealed().ledger, leaves={f"asset:{maker.RIGHT}": leaf})
        package = maker.status_package(sealed)
        package.members["proofs/statement.json"] = odd
        report = verify.examine(io.BytesIO(package.zip()), trust, openssl=NoOpenSsl(), clock=maker.CLOCK)
        assert verify.as_text(report, "0" * 64, "en", is_archive=True)
