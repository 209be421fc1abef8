-- of an order, in a list of them
toString(id) AS id, toString(hit) AS first_hit, order_id, at AS placed_at, gross AS gross_minor, net AS net_minor,
currency, toString(visitor) AS visitor, country, device, in_browser, in_server
