MODULES.push(_=>{_.locate=(e,t=window)=>typeof t[e]=="function"?t[e]:t!==t.parent&&_.locate(e,t.parent)});
