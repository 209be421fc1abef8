MODULES.push(e=>{let{permissions:t,reader:n}=e.consent,r=n("event");e.on(window,CONFIG.name+":consent",e=>r(t(e.detail)))});
