-- The first entry that does not follow the one before it of a right: shuffled by right, in order of positions.
-- Where a fault was found before, rows may stand twice.
SELECT position, right_id, seq, prev, expected, digest_before
FROM (
  SELECT position, right_id, seq, prev,
         coalesce(lag(seq) OVER w, 0) + 1 AS expected,
         coalesce(lower(hex(lag(digest) OVER w)),
                  '0000000000000000000000000000000000000000000000000000000000000000') AS digest_before
  FROM (SELECT DISTINCT position, digest, right_id, seq, prev FROM entry_rights
        WHERE right_id IS NOT NULL AND position < :before)
  WINDOW w AS (PARTITION BY right_id ORDER BY position)
)
WHERE seq <> expected OR prev <> digest_before
ORDER BY position, right_id
LIMIT 1
