-- depends: 0001_tables

-- The first position after `after` whose entry matches one of the items [{"types": […], "tags": […]}]: its type
-- among the types (or none are given) and all the tags on it. No items match everything.
CREATE FUNCTION ledger_first_match(items jsonb, after bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $body$
DECLARE
    item  jsonb;
    types text[];
    tags  text[];
    found bigint;
    first bigint;
BEGIN
    IF jsonb_array_length(items) = 0 THEN
        RETURN (SELECT min(e.position) FROM ledger_entry e WHERE e.position > after);
    END IF;
    FOR item IN SELECT * FROM jsonb_array_elements(items) LOOP
        types := ARRAY(SELECT jsonb_array_elements_text(item -> 'types'));
        tags := ARRAY(SELECT jsonb_array_elements_text(item -> 'tags'));
        IF cardinality(tags) = 0 THEN
            SELECT e.position INTO found FROM ledger_entry e
             WHERE e.position > after AND (cardinality(types) = 0 OR e.type = ANY (types))
             ORDER BY e.position LIMIT 1;
        ELSE
            SELECT l.position INTO found FROM ledger_tag l
             WHERE l.tag = tags[1] AND l.position > after
               AND (cardinality(types) = 0
                    OR (SELECT e.type FROM ledger_entry e WHERE e.position = l.position) = ANY (types))
               AND NOT EXISTS (SELECT FROM unnest(tags[2:]) AS u (tag)
                                WHERE NOT EXISTS (SELECT FROM ledger_tag o
                                                   WHERE o.tag = u.tag AND o.position = l.position))
             ORDER BY l.position LIMIT 1;
        END IF;
        first := least(first, found);
    END LOOP;
    RETURN first;
END
$body$;

-- The one way into the ledger. Many requests at once; each succeeds or fails alone, by a status and never by an
-- exception, and the caller's commit makes all that succeeded durable together.
--
--   1. Lock the head: positions are given, and conditions judged, one batch at a time.
--   2. Find commands that were already carried out (REPEATED, REUSED).
--   3. Read the heads of all rights and the last positions of all tags that conditions name.
--   4. Judge each request in order on what the ones before it left (NO_CONDITION, STALE, CLOCK_BEHIND); give
--      positions, link.
--   5. Insert what was accepted, one statement a table; move the head.
--
-- r_*  requests: command id, fingerprint, recording time, number of entries
-- a_id rights named in conditions, distinct. c_* rows by request: the right (index into a_id), the head the
--      request's first entry on it continues, how many of the request's entries concern it (0 = read only), and
--      the last of those entries (index into e_*)
-- g_*  watches, distinct: a tag, or (where the tag is null) a query [{"types":[],"tags":[]}] and the position
--      it counts from. t_* rows by request: the watch must have matched nothing after t_after.
--      w_* rows by request: entries of this request match the watch
-- e_*  entries in order of requests. s_* their tags.
--
-- answers is null when all were accepted; then request i has the positions that follow those before it, from
-- first_position on. Else it is JSON, for each request [status, first, last, detail]: OK, REPEATED, REUSED (where
-- the command's entries stand), STALE (detail: the right, tag or query that moved), NO_CONDITION, CLOCK_BEHIND
-- (recorded before the entry it would follow, or not after the last batch: what was known at a time is then known
-- for ever; head_recorded_at says when that was).
CREATE FUNCTION ledger_append(
    r_command   text[],
    r_fingerprint bytea[],
    r_recorded  timestamptz[],
    r_size      integer[],
    a_id        text[],
    c_request   integer[],
    c_asset     integer[],
    c_seq       bigint[],
    c_head      bytea[],
    c_added     integer[],
    c_last      integer[],
    g_tag       text[],
    g_query     text[],
    g_after     bigint[],
    t_request   integer[],
    t_watch     integer[],
    t_after     bigint[],
    w_request   integer[],
    w_watch     integer[],
    e_request   integer[],
    e_part      integer[],
    e_type      text[],
    e_digest    bytea[],
    e_raw       bytea[],
    s_entry     integer[],
    s_tag       text[],
    OUT first_position bigint,
    OUT head_recorded_at timestamptz,
    OUT answers text
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- Plans are made once, perhaps while the tables are empty, and must stay right when they are not: every look-up
-- is by index, and LATERAL with LIMIT keeps it one look-up a row.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $body$
DECLARE
    begun       timestamptz;
    head_position bigint;
    head_hash   bytea;
    a_seq       bigint[];
    a_head      bytea[];
    a_position  bigint[];
    g_position  bigint[];
    e_position  bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(e_digest)]);
    e_link      bytea[] := array_fill(NULL::bytea, ARRAY[cardinality(e_digest)]);
    statuses    text[] := array_fill(NULL::text, ARRAY[cardinality(r_command)]);
    firsts      bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(r_command)]);
    lasts       bigint[] := firsts;
    details     text[] := statuses;
    named       integer := 0;
    k           record;
    position    bigint;
    fingerprint bytea;
    seq         bigint;
    head        bytea;
    refused     boolean := false;
    covered     boolean;
    verdict     text;
    moved       text;
    request     integer;
    entry       integer := 1;
    size        integer;
    c           integer := 1;
    c_from      integer;
    t           integer := 1;
    w           integer := 1;
    i           integer;
    c_count     integer := coalesce(cardinality(c_request), 0);
    t_count     integer := coalesce(cardinality(t_request), 0);
    w_count     integer := coalesce(cardinality(w_request), 0);
BEGIN
    -- 1
    SELECT h.position, h.hash, h.recorded_at INTO STRICT head_position, head_hash, head_recorded_at
      FROM ledger_head h FOR UPDATE;
    begun := head_recorded_at;
    first_position := head_position + 1;

    -- 2
    FOR request IN 1 .. cardinality(r_command) LOOP
        SELECT e.position, e.fingerprint INTO position, fingerprint FROM ledger_entry e
         WHERE e.command_id = r_command[request] ORDER BY e.part LIMIT 1;
        IF position IS NOT NULL THEN
            statuses[request] := CASE WHEN fingerprint = r_fingerprint[request] THEN 'REPEATED' ELSE 'REUSED' END;
            firsts[request] := position;
            SELECT e.position INTO position FROM ledger_entry e
             WHERE e.command_id = r_command[request] ORDER BY e.part DESC LIMIT 1;
            lasts[request] := position;
            refused := true;
        END IF;
    END LOOP;

    -- 3
    IF c_count > 0 THEN
        a_seq := array_fill(0::bigint, ARRAY[cardinality(a_id)]);
        a_head := array_fill(decode(repeat('00', 32), 'hex'), ARRAY[cardinality(a_id)]);
        a_position := array_fill(NULL::bigint, ARRAY[cardinality(a_id)]);
        FOR i IN 1 .. cardinality(a_id) LOOP
            SELECT a.seq, a.head INTO seq, head FROM ledger_asset a WHERE a.id = a_id[i] ORDER BY a.id LIMIT 1;
            IF seq IS NOT NULL THEN
                a_seq[i] := seq;
                a_head[i] := head;
            END IF;
        END LOOP;
    END IF;
    IF t_count > 0 THEN
        SELECT array_agg(coalesce(
                   CASE WHEN u.tag IS NOT NULL
                        THEN (SELECT max(l.position) FROM ledger_tag l WHERE l.tag = u.tag)
                        ELSE ledger_first_match(u.query::jsonb, u.after) END, 0) ORDER BY u.i)
          INTO g_position
          FROM unnest(g_tag, g_query, g_after) WITH ORDINALITY AS u (tag, query, after, i);
    END IF;

    -- Every right an entry concerns must be named in a condition of its request.
    FOR i IN 1 .. cardinality(s_tag) LOOP
        named := named + starts_with(s_tag[i], 'asset:')::integer;
    END LOOP;
    FOR i IN 1 .. c_count LOOP
        named := named - c_added[i];
    END LOOP;
    IF named <> 0 THEN
        FOR k IN
            SELECT DISTINCT e_request[u.entry] AS request
              FROM unnest(s_tag, s_entry) AS u (tag, entry)
             WHERE starts_with(u.tag, 'asset:')
               AND NOT EXISTS (SELECT FROM unnest(c_request, c_asset, c_added) AS c (request, asset, added)
                                WHERE c.request = e_request[u.entry] AND c.added > 0
                                  AND 'asset:' || a_id[c.asset] = u.tag)
        LOOP
            statuses[k.request] := coalesce(statuses[k.request], 'NO_CONDITION');
            refused := true;
        END LOOP;
    END IF;

    -- 4
    FOR request IN 1 .. cardinality(r_command) LOOP
        size := r_size[request];
        verdict := CASE WHEN refused THEN statuses[request] END;
        moved := NULL;
        covered := false;
        c_from := c;
        WHILE c <= c_count AND c_request[c] = request LOOP
            covered := true;
            i := c_asset[c];
            IF verdict IS NULL AND (a_seq[i] <> c_seq[c] OR a_head[i] <> c_head[c]) THEN
                verdict := 'STALE';
                moved := 'asset:' || a_id[i];
            END IF;
            c := c + 1;
        END LOOP;
        WHILE t <= t_count AND t_request[t] = request LOOP
            covered := true;
            IF verdict IS NULL AND g_position[t_watch[t]] > t_after[t] THEN
                verdict := 'STALE';
                moved := coalesce(g_tag[t_watch[t]], g_query[t_watch[t]]);
            END IF;
            t := t + 1;
        END LOOP;
        IF verdict IS NULL AND NOT covered THEN
            verdict := 'NO_CONDITION';
        ELSIF verdict IS NULL AND (r_recorded[request] < head_recorded_at OR r_recorded[request] <= begun) THEN
            verdict := 'CLOCK_BEHIND';
        END IF;
        IF verdict IS NOT NULL THEN
            refused := true;
            statuses[request] := verdict;
            details[request] := moved;
            WHILE w <= w_count AND w_request[w] = request LOOP
                w := w + 1;
            END LOOP;
            entry := entry + size;
            CONTINUE;
        END IF;
        FOR i IN entry .. entry + size - 1 LOOP
            head_position := head_position + 1;
            head_hash := sha256('\x69706c65646765722f6c696e6b2f763100'::bytea  -- "ipledger/link/v1\0"
                                || head_hash || int8send(head_position) || e_digest[i]);
            e_position[i] := head_position;
            e_link[i] := head_hash;
        END LOOP;
        head_recorded_at := r_recorded[request];
        entry := entry + size;
        FOR i IN c_from .. c - 1 LOOP
            IF c_added[i] > 0 THEN
                a_seq[c_asset[i]] := a_seq[c_asset[i]] + c_added[i];
                a_head[c_asset[i]] := e_digest[c_last[i]];
                a_position[c_asset[i]] := e_position[c_last[i]];
            END IF;
        END LOOP;
        WHILE w <= w_count AND w_request[w] = request LOOP
            g_position[w_watch[w]] := head_position;
            w := w + 1;
        END LOOP;
    END LOOP;

    -- 5
    IF head_position >= first_position THEN
        INSERT INTO ledger_entry
                    (position, recorded_at, part, type, command_id, fingerprint, digest, link, raw)
        SELECT e_position[n.i], r_recorded[e_request[n.i]], e_part[n.i], e_type[n.i], r_command[e_request[n.i]],
               CASE WHEN e_part[n.i] = 0 THEN r_fingerprint[e_request[n.i]] END,
               e_digest[n.i], e_link[n.i], e_raw[n.i]
          FROM generate_series(1, cardinality(e_digest)) AS n (i)
         WHERE e_position[n.i] IS NOT NULL;
        INSERT INTO ledger_tag (tag, position)
        SELECT s_tag[n.i], e_position[s_entry[n.i]]
          FROM generate_series(1, cardinality(s_tag)) AS n (i)
         WHERE e_position[s_entry[n.i]] IS NOT NULL;
        IF a_position IS NOT NULL THEN
            INSERT INTO ledger_asset AS a (id, seq, position, head)
            SELECT a_id[n.i], a_seq[n.i], a_position[n.i], a_head[n.i]
              FROM generate_series(1, cardinality(a_id)) AS n (i)
             WHERE a_position[n.i] IS NOT NULL
            ON CONFLICT (id) DO UPDATE SET seq = EXCLUDED.seq, position = EXCLUDED.position,
                                           head = EXCLUDED.head;
        END IF;
        UPDATE ledger_head SET position = head_position, hash = head_hash, recorded_at = head_recorded_at;
    END IF;
    IF refused THEN
        position := first_position;
        FOR request IN 1 .. cardinality(r_command) LOOP
            IF statuses[request] IS NULL THEN
                statuses[request] := 'OK';
                firsts[request] := position;
                lasts[request] := position + r_size[request] - 1;
                position := position + r_size[request];
            END IF;
        END LOOP;
        answers := (SELECT json_agg(json_build_array(u.status, u.first, u.last, u.detail))
                      FROM unnest(statuses, firsts, lasts, details) AS u (status, first, last, detail));
    END IF;
END
$body$;

-- Takes the head's lock for the rest of the transaction, for a writer that must know the recording time it may
-- not precede.
CREATE FUNCTION ledger_lock_head() RETURNS timestamptz
LANGUAGE sql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $body$ SELECT h.recorded_at FROM ledger_head h FOR UPDATE $body$;

-- Begins the ledger, once: H(0) = SHA-256("ipledger/genesis/v1\0" ‖ origin) (design 4.3). Returns its origin,
-- which is another than was asked for if the ledger had begun before.
CREATE FUNCTION ledger_begin(wanted text) RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $body$
BEGIN
    INSERT INTO ledger_head (origin, position, hash, recorded_at)
    VALUES (wanted, 0, sha256('\x69706c65646765722f67656e657369732f763100'::bytea || convert_to(wanted, 'UTF8')),
            'epoch')
    ON CONFLICT DO NOTHING;
    RETURN (SELECT h.origin FROM ledger_head h);
END
$body$;

-- The largest position recorded at or before an instant, 0 if there is none. Recording times never fall, so
-- this halves the range of positions instead of needing an index that every append would pay for.
CREATE FUNCTION ledger_position_at(instant timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $body$
DECLARE
    low    bigint := 0;
    high   bigint := (SELECT h.position FROM ledger_head h);
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT e.recorded_at FROM ledger_entry e WHERE e.position = middle) <= instant THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$body$;

-- Brings the summary of the tag rows up to date; an audit asks for it.
CREATE FUNCTION ledger_summarize() RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $body$ SELECT brin_summarize_new_values('ledger_tag_position') $body$;
