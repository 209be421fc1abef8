(()=>{var S=`
:host { all: initial }
section { position: fixed; z-index: 2147483647; inset: auto 0 0; margin: 0 auto; box-sizing: border-box; width: 100%;
  max-width: 44rem; max-height: 100vh; overflow: auto; padding: 20px 24px; border: 1px solid #767676;
  border-radius: 8px 8px 0 0; background: #fff; color: #1a1a1a; color-scheme: light dark;
  font: 16px/1.5 system-ui, sans-serif; outline: 0 }
h2 { margin: 0 0 8px; font-size: 20px; line-height: 1.3 }
p { margin: 0 0 12px }
fieldset { margin: 0 0 12px; padding: 0; border: 0 }
legend { padding: 0; font-weight: 600 }
label { display: flex; gap: 12px; padding: 8px 0; align-items: flex-start }
label span { display: block }
input { flex: none; width: 20px; height: 20px; margin: 2px 0 0; accent-color: #1a1a1a }
div { display: flex; flex-wrap: wrap; gap: 12px; align-items: center }
button { flex: 1 1 9rem; min-height: 44px; padding: 8px 16px; border: 2px solid #1a1a1a; border-radius: 6px;
  background: #1a1a1a; color: #fff; font: inherit; font-weight: 600; cursor: pointer }
.quiet { background: #fff; color: #1a1a1a }
a { padding: 10px 0; color: inherit }
[hidden] { display: none }
section:focus-visible, :focus-visible { outline: 3px solid #0b57d0; outline-offset: 2px }
@media (prefers-color-scheme: dark) {
  section { background: #1a1a1a; color: #fff }
  button, input { border-color: #fff; accent-color: #fff }
  button { background: #fff; color: #1a1a1a }
  .quiet { background: #1a1a1a; color: #fff }
  section:focus-visible, :focus-visible { outline-color: #8ab4f8 }
}`.replace(/\n\s*/g," ");var{texts:a,purposes:l}=CONFIG,c;function o(d,i,...p){let r=document.createElement(d);for(let n of Object.keys(i||{}))typeof i[n]=="function"?r.addEventListener(n,i[n]):i[n]!==!1&&r.setAttribute(n,i[n]);return r.append(...p.filter(Boolean)),r}function C({letters:d,asked:i,gpc:p,choose:r}){if(c)return c.shadowRoot.querySelector("section").focus();let n=document.activeElement,u=l.map(e=>o("input",{type:"checkbox",id:e,checked:!!d&&d.includes(e[0])&&""}));function b(){c.remove(),c=void 0,n&&n.focus&&n.focus()}function h(e,t){b(),r(t.map(g=>g[0]).join(""),{button:e,banner:CONFIG.version,language:CONFIG.language})}let m=(e,t)=>o("label",{},t,o("span",{},o("b",{},a[e]),o("span",{},a[e+"_about"]))),y=o("fieldset",{id:"more",hidden:!i&&""},o("legend",{},a.purposes),m("necessary",o("input",{type:"checkbox",checked:"",disabled:""})),...l.map((e,t)=>m(e,u[t]))),s=(e,t,g)=>o("button",{type:"button",click:t,...g},a[e]),x=s("save",()=>h("save",l.filter((e,t)=>u[t].checked)),{hidden:!i&&""}),v=s("choose",()=>{y.hidden=x.hidden=!1,v.remove(),(u[0]||x).focus()},{"aria-expanded":"false","aria-controls":"more",class:"quiet"}),f=o("section",{role:"dialog","aria-labelledby":"title","aria-describedby":"about",tabindex:-1,lang:CONFIG.language},o("h2",{id:"title"},a.title),o("p",{id:"about"},a.about," ",l.map(e=>a[e]).join(" \xB7 "),"."),p&&o("p",{},a.gpc),y,o("div",{},s("accept",()=>h("accept",l)),s("reject",()=>h("reject",[])),x,!i&&v,CONFIG.policy&&o("a",{href:CONFIG.policy},a.policy),i&&d!==void 0&&s("close",b,{class:"quiet"})));CONFIG.rtl&&(f.dir="rtl"),f.addEventListener("keydown",e=>{e.key==="Escape"&&d!==void 0&&b()}),c=o("onebyone-choice");let w=new CSSStyleSheet;w.replaceSync(S);let k=c.attachShadow({mode:"open"});k.adoptedStyleSheets=[w],k.append(f),document.documentElement.insertBefore(c,document.body),(i||n===document.body||!n)&&f.focus()}window[CONFIG.name+"_1"]("banner",C);})();
