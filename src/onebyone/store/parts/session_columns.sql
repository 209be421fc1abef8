uniqExactIf(session.visitor, session.started >= {from:DateTime64(3)}) AS visitors,
  countIf(session.started >= {from:DateTime64(3)}) AS sessions,
  sum(credit.order_count) AS orders, sum(credit.money) AS revenue_minor
