TEMPLATES.image=({url:e,cache_buster:t},n)=>n.image(t?`${e}${e.indexOf("?")<0?"?":"&"}${t}=${Math.floor(Math.random()*1e15)}`:e);
