MODULES.push(e=>{let t=e.settle;if(e.settle=e=>t(e,!1),CONFIG.consent)return;let s={};e.settle(s),e.hear("consent",t=>e.settle(Object.assign(s,t[t.length-1])))});
