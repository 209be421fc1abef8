TEMPLATES.custom=({code:e},t)=>t.code(e);
