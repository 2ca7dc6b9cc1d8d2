-- The twenty secured parties with the most pledges registered.
SELECT s.party AS party, min(s.name) AS name,
       count(DISTINCT c.act) AS acts, count(DISTINCT c.right_id) AS rights,
       min(c.year) AS first_year, max(c.year) AS last_year
FROM counted c JOIN secured s ON s.position = c.position
WHERE c.counted_as = 'pledge'
GROUP BY s.party
ORDER BY acts DESC, rights DESC, party
LIMIT 20
