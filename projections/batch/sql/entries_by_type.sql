-- Every entry of the ledger, by type and by whose word it is.
SELECT type, class, count(*) AS entries, min(position) AS first_position, max(position) AS last_position
FROM entries
GROUP BY type, class
ORDER BY type, class
