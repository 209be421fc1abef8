TEMPLATES.image=({url:t,cache_buster:n},r)=>r.image(n?`${t}${t.indexOf("?")<0?"?":"&"}${n}=${Math.floor(Math.random()*1e15)}`:t);
