TEMPLATES.image=({url:a,cache_buster:e},r)=>r.image(e?`${a}${a.indexOf("?")<0?"?":"&"}${e}=${Math.floor(1e15*Math.random())}`:a);
