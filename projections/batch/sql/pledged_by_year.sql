-- Pledges registered, their rights, those with an amount, and the amount pledged, by year, kind and currency.
SELECT year, kind, currency,
       count(*) AS acts, sum(rights) AS rights, count(amount_minor) AS with_amount,
       sum(CAST(amount_minor AS DECIMAL(28, 0))) AS amount_minor
FROM acts
WHERE counted_as = 'pledge'
GROUP BY year, kind, currency
ORDER BY year, kind NULLS LAST, currency NULLS LAST
