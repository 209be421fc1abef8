TEMPLATES.custom=({code:c},o)=>o.code(c);
