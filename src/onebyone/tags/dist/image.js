(()=>{TEMPLATES.image=({url:a,cache_buster:e},$)=>$.image(e?`${a}${a.indexOf("?")<0?"?":"&"}${e}=${Math.floor(Math.random()*1e15)}`:a);})();
