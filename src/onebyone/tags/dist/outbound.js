LATER.push(_=>{let e=e=>e===location.hostname||CONFIG.hosts.some(t=>("."+e).endsWith("."+t));_.onLink((t,n)=>e(t.hostname)||_.add("click",{...n,outbound:!0}))});
