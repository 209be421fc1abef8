-- rows that no table has, as JSON lines: a number that SQL cannot say goes into a file of the store's types
SELECT * FROM format(JSONEachRow, {kinds:String}, {rows:String})
SETTINGS date_time_input_format = 'best_effort'
