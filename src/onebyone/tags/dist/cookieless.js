(()=>{MODULES.push(e=>{let n=e.settle;if(e.settle=t=>n(t,!1),CONFIG.consent)return;let s={};e.settle(s),e.hear("consent",t=>e.settle(Object.assign(s,t[t.length-1])))});})();
