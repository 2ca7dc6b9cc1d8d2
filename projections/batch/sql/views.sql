-- What counts: of an entry and all that answer it (corrections, retractions, reversals), the last, for each right.
CREATE OR REPLACE TEMPORARY VIEW counted AS
SELECT r.position, r.counted_as, r.act, r.right_id, r.office, r.kind, r.region,
       year(r.counted_on) AS year, r.amount_minor, r.currency, r.amount_whole
FROM entry_rights r
LEFT JOIN (
  SELECT answers, coalesce(right_id, '') AS right_id, max(position) AS last
  FROM entry_rights WHERE answers IS NOT NULL
  GROUP BY answers, coalesce(right_id, '')
) a ON a.answers = coalesce(r.answers, r.position) AND a.right_id = coalesce(r.right_id, '')
WHERE r.counted_as IS NOT NULL AND (a.last IS NULL OR a.last = r.position);

CREATE OR REPLACE TEMPORARY VIEW acts AS
SELECT counted_as, act, min(year) AS year,
       CASE WHEN min(kind) = max(kind) THEN min(kind) WHEN min(kind) IS NULL THEN NULL ELSE 'mixed' END AS kind,
       count(DISTINCT right_id) AS rights,
       min_by(amount_minor, CASE WHEN amount_minor IS NOT NULL THEN position END) AS amount_minor,
       min_by(currency, CASE WHEN amount_minor IS NOT NULL THEN position END) AS currency,
       min_by(amount_whole, CASE WHEN amount_minor IS NOT NULL THEN position END) AS amount_whole
FROM counted
GROUP BY counted_as, act;
