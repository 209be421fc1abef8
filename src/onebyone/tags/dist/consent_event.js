(()=>{MODULES.push(n=>{let{permissions:e,reader:s}=n.consent,o=s("event");n.on(window,CONFIG.name+":consent",t=>o(e(t.detail)))});})();
