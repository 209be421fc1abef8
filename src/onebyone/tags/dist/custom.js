TEMPLATES.custom=({code:t},n)=>n.code(t);
