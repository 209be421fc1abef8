MODULES.push(_=>{let t=_.settle;if(_.settle=e=>t(e,!1),CONFIG.consent)return;let n={};_.settle(n),_.hear("consent",e=>_.settle(Object.assign(n,e[e.length-1])))});
