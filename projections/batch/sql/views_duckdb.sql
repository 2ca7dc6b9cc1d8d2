-- One row an entry and right (one with no right where there is none), and one an act and secured party.
CREATE OR REPLACE TEMPORARY VIEW entry_rights AS
SELECT position, digest, type, counted_as, counted_on, act, amount_minor, currency, amount_whole, answers,
       asset.id AS right_id, asset.seq AS seq, asset.prev AS prev,
       asset.office AS office, asset.kind AS kind, asset.region AS region
FROM (SELECT *, unnest(CASE WHEN len(assets) = 0 THEN [NULL] ELSE assets END) AS asset FROM entries);

CREATE OR REPLACE TEMPORARY VIEW secured AS
SELECT position, each.party AS party, each.name AS name
FROM (SELECT position, unnest(secured) AS each FROM entries);
