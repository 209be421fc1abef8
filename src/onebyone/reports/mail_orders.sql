-- title: Orders by e-mail
-- about: Orders of persons whom a link of an e-mail led to the site within 30 days before, on any of their browsers, by the
--   last such message. Money is what is left of them after refunds, in the site's currency.
SELECT message, uniqExact(id) AS orders, sum(worth) AS revenue_minor
FROM ({{mail_credits}})
GROUP BY message
ORDER BY revenue_minor DESC, message
LIMIT {limit:UInt32}
