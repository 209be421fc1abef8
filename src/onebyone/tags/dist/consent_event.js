MODULES.push(_=>{let{permissions:t,reader:n}=_.consent,r=n("event");_.on(window,CONFIG.name+":consent",e=>r(t(e.detail)))});
