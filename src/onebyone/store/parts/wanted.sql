({{of_traffic}}{{and_rows}})
