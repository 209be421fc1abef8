MODULES.push(e=>{let t=e.settle;if(e.settle=e=>t(e,!1),CONFIG.consent)return;let n={};e.settle(n),e.hear("consent",t=>e.settle(Object.assign(n,t[t.length-1])))});
