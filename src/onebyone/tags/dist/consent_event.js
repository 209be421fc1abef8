MODULES.push(e=>{let{permissions:n,reader:s}=e.consent,o=s("event");e.on(window,CONFIG.name+":consent",e=>o(n(e.detail)))});
