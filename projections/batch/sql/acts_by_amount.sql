-- Acts by size of their amount, in whole units of the currency.
SELECT counted_as, currency,
       CASE WHEN amount_whole < 1000000 THEN 0
            WHEN amount_whole < 10000000 THEN 1000000
            WHEN amount_whole < 100000000 THEN 10000000
            ELSE 100000000 END AS amount_from,
       count(*) AS acts, sum(CAST(amount_minor AS DECIMAL(28, 0))) AS amount_minor
FROM acts
WHERE amount_whole IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY counted_as, currency, amount_from
