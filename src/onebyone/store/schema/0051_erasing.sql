-- Who is being erased, while it lasts: in memory alone, and read by the deletions, whose own text stays on the disk.
CREATE TABLE IF NOT EXISTS erasing{local} {on_cluster} (
  site LowCardinality(String),
  kind LowCardinality(String), -- sighting, visitor, browser, node, user, value, order, recipient, record
  text String
) ENGINE = Memory
