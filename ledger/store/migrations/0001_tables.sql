-- The ledger's tables (design 3). Every name is unqualified: the schema is the first of the search path, so
-- that one server can hold many ledgers. Text compares by bytes: no locale decides what an index finds. There are
-- no CHECK constraints where only the append function writes: they would be parsed again for every statement (a
-- lone append took 4 % longer), and the audit looks at more than they could.

CREATE TABLE ledger_head (
    one         boolean PRIMARY KEY DEFAULT true,
    origin      text NOT NULL,
    position    bigint NOT NULL,
    hash        bytea NOT NULL,
    recorded_at timestamptz NOT NULL
) WITH (fillfactor = 10);

COMMENT ON TABLE ledger_head IS
    'One row: the last position, its link H(position), its recording time. Locked by every append.';

CREATE TABLE ledger_entry (
    position    bigint PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    part        integer NOT NULL,
    type        text COLLATE "C" NOT NULL,
    command_id  text COLLATE "C" NOT NULL,
    fingerprint bytea,
    digest      bytea NOT NULL,
    link        bytea NOT NULL,
    raw         bytea NOT NULL
);

CREATE UNIQUE INDEX ledger_entry_command ON ledger_entry (command_id, part);

COMMENT ON COLUMN ledger_entry.part IS 'Place of the entry within its append request, from 0.';
COMMENT ON COLUMN ledger_entry.fingerprint IS
    'Of the request, on its first entry: what a repeat of the command id must equal.';

-- Which entries carry a tag; asset:… tags too, so this is also the list of a right's entries in order.
CREATE TABLE ledger_tag (
    tag      text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (tag, position)
);

-- Tag rows lie in order of position, so a summary of each few pages is enough for an audit to find those of a
-- range of positions; it costs appends next to nothing.
CREATE INDEX ledger_tag_position ON ledger_tag USING brin (position) WITH (pages_per_range = 32);

-- One row a right: a condition on a right is one look-up. Not indexed by anything that changes, and pages are
-- left room, so that an update stays on its page.
CREATE TABLE ledger_asset (
    id       text COLLATE "C" PRIMARY KEY,
    seq      bigint NOT NULL,
    position bigint NOT NULL,
    head     bytea NOT NULL
) WITH (fillfactor = 80);

-- Exact bytes of sources (E-1), named by their digest: the content cannot differ from the name.
CREATE TABLE document (
    digest     bytea PRIMARY KEY,
    media_type text NOT NULL,
    bytes      bytea NOT NULL,
    stored_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (digest = sha256(bytes))
);
