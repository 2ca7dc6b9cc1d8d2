-- depends: 0002_append

-- What was written stays (design 3). Statement triggers refuse UPDATE, DELETE and TRUNCATE, and
-- DELETE and TRUNCATE on the two tables that move with the ledger (head, asset). These may be written by their
-- owner alone, a role nobody can log in as: only the append function acts for it.
CREATE FUNCTION ledger_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $body$
BEGIN
    RAISE EXCEPTION 'entries of a ledger are never changed: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Answer a wrong entry by a further entry that names it.';
END
$body$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_tag
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON document
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON ledger_asset
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Two schemas beside the ledger's, for what the application itself makes and remakes: read tables, proofs.
DO $body$
BEGIN
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', current_schema() || '_read');
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', current_schema() || '_notary');
END
$body$;

-- Owner and application are two roles of the server, shared by its ledgers. A login that may not create them
-- keeps the ledger in its own name; `Protection` reports that.
DO $body$
DECLARE
    ledger    text := current_schema();
    object    record;
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['ipledger_owner', 'ipledger_app'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;  -- another ledger of this server came first
            WHEN insufficient_privilege THEN
                IF to_regrole(role_name) IS NULL OR NOT pg_has_role(role_name, 'MEMBER') THEN
                    RAISE NOTICE 'the login may neither create nor use the role %', role_name;
                    RETURN;
                END IF;
        END;
        BEGIN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        EXCEPTION
            WHEN insufficient_privilege THEN
                IF NOT pg_has_role(role_name, 'MEMBER') THEN
                    RAISE NOTICE 'the login may not use the role %', role_name;
                    RETURN;
                END IF;
        END;
    END LOOP;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO ipledger_owner', ledger);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO ipledger_app', ledger);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I, %I TO ipledger_app', ledger || '_read', ledger || '_notary');
    FOR object IN
        SELECT format('%I', c.relname) AS name FROM pg_class c
         WHERE c.relnamespace = ledger::regnamespace AND c.relkind = 'r'
           AND (starts_with(c.relname, 'ledger_') OR c.relname = 'document')
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO ipledger_owner', object.name);
        EXECUTE format('GRANT SELECT ON %s TO ipledger_app', object.name);
    END LOOP;
    GRANT INSERT ON document TO ipledger_app;
    FOR object IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = ledger::regnamespace
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO ipledger_owner', object.name);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', object.name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ipledger_app', object.name);
    END LOOP;
END
$body$;
