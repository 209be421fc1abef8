MODULES.push(_=>{let{permissions:e,reader:t}=_.consent,n=t("event");_.on(window,CONFIG.name+":consent",t=>n(e(t.detail)))});
