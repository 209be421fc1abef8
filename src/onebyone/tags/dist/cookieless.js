MODULES.push(_=>{let e=_.settle;if(_.settle=t=>e(t,!1),CONFIG.consent)return;let t={};_.settle(t),_.hear("consent",e=>_.settle(Object.assign(t,e[e.length-1])))});
