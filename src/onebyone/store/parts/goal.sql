-- what is counted as an order; a report that says `-- counts:` in its header counts that instead
'purchase'
