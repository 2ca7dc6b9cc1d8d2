-- depends: 0003_protection

-- Confidential fields (design 4.2), in the schema <ledger>_vault: what lies here is ciphertext under the key of
-- its data subject, and that key is wrapped by a key outside the database. Rows are never removed: of an erased
-- subject its key and ciphertexts are gone, so that an opening is answered by ERASED and not by nothing.
DO $body$
DECLARE
    vault text := current_schema() || '_vault';
BEGIN
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', vault);
    EXECUTE format(
        'CREATE TABLE %I.subject (
             id      text COLLATE "C" PRIMARY KEY,
             key_id  text,
             wrapped bytea,
             erasing boolean NOT NULL DEFAULT false,
             CHECK ((key_id IS NULL) = (wrapped IS NULL))
         )', vault);
    EXECUTE format('CREATE INDEX subject_erasing ON %I.subject (id) WHERE erasing', vault);
    EXECUTE format(
        'CREATE TABLE %1$I.disclosure (
             commitment bytea PRIMARY KEY CHECK (length(commitment) = 32),
             subject    text COLLATE "C" NOT NULL REFERENCES %1$I.subject,
             sealed     bytea
         )', vault);
    EXECUTE format('CREATE INDEX disclosure_subject ON %I.disclosure (subject)', vault);
    IF to_regrole('ipledger_app') IS NOT NULL THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO ipledger_app', vault);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA %I TO ipledger_app', vault);
    END IF;
END
$body$;
