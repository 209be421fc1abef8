export const STYLE = `
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
}`.replace(/\n\s*/g, " ");
