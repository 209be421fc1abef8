[properties['kind'], left(properties['description'], 300), left(properties['source'], 300), left(properties['line'], 12)]
