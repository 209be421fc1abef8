MODULES.push(_=>{_.locate=(t,c=window)=>typeof c[t]=="function"?c[t]:c!==c.parent&&_.locate(t,c.parent)});
