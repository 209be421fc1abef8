SELECT site, version, told_from
FROM order_rules FINAL
