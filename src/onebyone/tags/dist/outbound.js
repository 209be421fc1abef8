LATER.push(_=>{let t=n=>n===location.hostname||CONFIG.hosts.some(t=>("."+n).endsWith("."+t));_.onLink((n,r)=>t(n.hostname)||_.add("click",{...r,outbound:!0}))});
