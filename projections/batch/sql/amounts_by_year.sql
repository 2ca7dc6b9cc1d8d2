-- Amounts by year and currency, an act's amount once: that of its first entry.
SELECT year, counted_as, kind, currency,
       count(*) AS acts, sum(rights) AS rights, sum(CAST(amount_minor AS DECIMAL(28, 0))) AS amount_minor
FROM acts
WHERE amount_minor IS NOT NULL
GROUP BY year, counted_as, kind, currency
ORDER BY year, counted_as, kind NULLS LAST, currency
