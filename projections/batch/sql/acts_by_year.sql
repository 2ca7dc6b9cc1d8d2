-- Acts and rights by year, kind of right, office and region. An act on rights of two kinds counts under both.
SELECT year, counted_as, kind, office, region,
       count(DISTINCT act) AS acts, count(*) AS entries, count(DISTINCT right_id) AS rights
FROM counted
GROUP BY year, counted_as, kind, office, region
ORDER BY year, counted_as, kind NULLS LAST, office NULLS LAST, region NULLS LAST
