SELECT number FROM migrations FINAL ORDER BY number
