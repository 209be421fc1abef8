/* Comfort for those who have script: every page works without it. */
(() => {
  "use strict";
  const $ = (css, from = document) => from.querySelector(css);
  const $$ = (css, from = document) => [...from.querySelectorAll(css)];
  const main = () => $("#main");

  // Copy: the text of the element that data-copy names, or the address of the page.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    const from = button.dataset.copy && $(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(from ? from.textContent : location.href);
      say(button, "Copied");
    } catch {
      if (from) getSelection().selectAllChildren(from);
      say(button, "Press Ctrl C");
    }
  });
  const say = (button, text) => {
    const label = $("span", button) || button;
    const before = label.textContent;
    label.textContent = text;
    setTimeout(() => { label.textContent = before; }, 1600);
  };

  // A sheet closes when something else is clicked.
  document.addEventListener("click", (event) => {
    $$("details.pop[open]").forEach((pop) => { if (!pop.contains(event.target)) pop.open = false; });
  });

  // One that would stand beyond the right edge opens to the left.
  document.addEventListener("toggle", (event) => {
    const sheet = event.target.open && $(".sheet.lf", event.target);
    if (!sheet) return;
    sheet.classList.remove("rt");
    sheet.classList.toggle("rt", sheet.getBoundingClientRect().right > document.documentElement.clientWidth);
  }, true);

  // The calendar of the period picker comes when it opens. Two days that are clicked are a period.
  let since = "";
  const paint = (box, to) => $$("[data-day]", box).forEach((day) => {
    const [first, last] = [since, to].sort();
    day.classList.toggle("in", first <= day.dataset.day && day.dataset.day <= last);
  });
  const calendar = async (box, address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    box.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.children);
    const sheet = box.closest(".sheet");
    sheet.classList.remove("lf");
    sheet.classList.toggle("lf", sheet.getBoundingClientRect().left < 0);
    if (since) paint(box, since);
  };
  document.addEventListener("toggle", (event) => {
    const box = event.target.open && $("[data-cal]", event.target);
    if (!box) return;
    since = "";
    calendar(box, box.dataset.cal).catch(() => {});
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-month], [data-day]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const box = link.closest(".cal");
    const day = link.dataset.day;
    event.preventDefault();
    if (!day) { calendar(box, link.href).catch(() => {}); return; }
    if (!since) { since = day; paint(box, day); return; }
    const to = new URL(link.href);
    [since, day].sort().forEach((one, n) => to.searchParams.set(n ? "to" : "from", one));
    location.href = to;
  });
  ["mouseover", "focusin"].forEach((name) => document.addEventListener(name, (event) => {
    const day = since && event.target.closest && event.target.closest("[data-day]");
    if (day) paint(day.closest(".cal"), day.dataset.day);
  }));

  // The name of a row narrows to it; with Alt it leaves it out.
  document.addEventListener("click", (event) => {
    const link = event.altKey && event.target.closest(".t.br td.b a");
    if (!link || link.pathname !== location.pathname) return;
    event.preventDefault();
    event.stopPropagation();
    const to = new URL(link.href);
    const here = new URLSearchParams(location.search);
    const [key, value] = [...to.searchParams].find(([name, text]) => !here.getAll(name).includes(text)) || [];
    if (!key) return;
    to.searchParams.delete(key, value);
    to.searchParams.append(`${key}!`, value);
    location.href = to;
  }, true);

  // A filter's form offers what its field holds: asked for when the field or the text changes, the text before a comma kept.
  let asking = 0;
  const offer = async (form) => {
    const box = $("[data-values]", form);
    const at = box.value.lastIndexOf(",") + 1;
    const typed = box.value.slice(at).trim();
    const answer = await fetch(`${box.dataset.values}?${new URLSearchParams({ field: form.elements.field.value, q: typed })}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    $("datalist", form).replaceChildren(...(await answer.json()).map(([value, count]) => {
      const option = document.createElement("option");
      option.value = box.value.slice(0, at) + value;
      if (count) option.label = `${value}, ${count.toLocaleString("en")}`;
      return option;
    }));
  };
  const soon = (event) => {
    const form = event.target.form;
    if (!form || !$("[data-values]", form)) return;
    clearTimeout(asking);
    asking = setTimeout(() => { offer(form).catch(() => {}); }, event.type === "input" ? 200 : 0);
  };
  ["focusin", "input", "change"].forEach((name) => document.addEventListener(name, soon));

  // Charts: arrows walk the points, Enter opens the day.
  const enter = () => $$("svg.chart").forEach((chart) => {
    const last = $$("a.pt", chart).pop();
    if (last) last.setAttribute("tabindex", "0");
  });
  const walk = (event) => {
    const point = event.target.closest && event.target.closest("a.pt");
    if (!point) return false;
    const all = $$("a.pt", point.parentNode);
    const at = all.indexOf(point);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to]) return false;
    point.setAttribute("tabindex", "-1");
    all[to].setAttribute("tabindex", "0");
    all[to].focus();
    event.preventDefault();
    return true;
  };

  // Keys: only outside fields, and off where somebody turned them off.
  const keysOn = () => { try { return localStorage.getItem("keys") !== "off"; } catch { return true; } };
  const follow = (css) => { const link = $(css); if (link) link.click(); return Boolean(link); };
  const rows = () => $$("tbody tr, .links li").filter((row) => $("a", row) && row.offsetParent);
  const step = (by) => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) $$("a", next).find((link) => link.offsetParent).focus();
    return true;
  };
  const table = () => { $$("details.tab").forEach((d) => { d.open = !d.open; }); return true; };
  const help = () => { const box = $("#keys"); if (box) box.showModal(); return true; };
  const PAGES = {
    o: "overview", l: "live", c: "conversions", s: "loss", a: "attribution", r: "reconciliation", f: "funnels",
    p: "people", d: "destinations", t: "traffic",
  };
  const KEYS = {
    "/": () => find(), "?": help, t: table, e: () => follow("[data-key=csv]"), c: () => follow("[data-key=compare]"),
    d: () => follow("[data-key=day]"), w: () => follow("[data-key=week]"), m: () => follow("[data-key=month]"),
    ArrowLeft: () => follow("[data-key=earlier]"), ArrowRight: () => follow("[data-key=later]"),
    x: () => follow("[data-key=clear]"), f: () => { const s = $("[data-key=filter] summary"); if (s) { s.click(); const c = $("select, a", s.nextElementSibling); if (c) c.focus(); } return true; },
    s: () => { const s = $("[data-key=segment] summary"); if (s) s.click(); return Boolean(s); },
    j: () => step(1), k: () => step(-1), p: () => follow("[data-key=pause]"),
    o: () => { const a = document.activeElement; if (a.href) open(a.href, "_blank", "noopener"); return true; },
  };
  const find = () => {
    const all = $$("[data-find]");
    const field = all.find((one) => one.offsetParent) || all[0];
    if (!field) return false;
    if (!field.offsetParent) location.href = "/find";
    field.focus();
    field.select();
    return true;
  };
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { if (find()) event.preventDefault(); return; }
    if (event.key === "Escape") { $$("details.pop[open]").forEach((d) => { d.open = false; }); }
    if (event.ctrlKey || event.metaKey || event.altKey || walk(event)) return;
    if (event.target.matches("input, select, textarea") || !keysOn() || $("dialog[open]")) return;
    if (event.key === "g") { going = Date.now(); return; }
    if (Date.now() - going < 1200 && PAGES[event.key]) {
      going = 0;
      if (follow(`[data-page=${PAGES[event.key]}]`)) event.preventDefault();
      return;
    }
    if (KEYS[event.key] && KEYS[event.key]()) event.preventDefault();
  });

  // Live and Set up: ask every second behind a cursor while the tab is visible; 204 means nothing new.
  const poll = async (box) => {
    if (document.hidden || box.dataset.paused === "yes") return;
    const answer = await fetch(box.dataset.poll, { headers: { "X-Part": "1" }, credentials: "same-origin" });
    if (answer.redirected || answer.status === 401) { location.reload(); return; }
    if (answer.status !== 200) return;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (part.body.dataset.reload || $("[data-reload]", part)) { location.reload(); return; }
    const next = $("[data-poll]", part);
    if (next) box.dataset.poll = next.dataset.poll;
    const body = $("tbody", box);
    const fresh = $$("tr[data-row]", part).filter((row) => !$(`[data-row="${row.dataset.row}"]`, body));
    $$("tr.new", body).forEach((row) => row.classList.remove("new"));
    fresh.reverse().forEach((row) => { row.classList.add("new"); body.prepend(document.adoptNode(row)); });
    $$("tr", body).slice(100).forEach((row) => row.remove());
    $$("[data-part]", part).forEach((piece) => {
      const old = $(`[data-part="${piece.dataset.part}"]`);
      if (old) old.replaceWith(document.adoptNode(piece));
    });
  };
  const keepPolling = async () => {
    const box = $("[data-poll]");
    if (box) {
      try { await poll(box); box.classList.remove("cut"); } catch { box.classList.add("cut"); }
    }
    setTimeout(keepPolling, 1000);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-key=pause]");
    const box = $("[data-poll]");
    if (!button || !box) return;
    event.preventDefault();
    const paused = box.dataset.paused !== "yes";
    box.dataset.paused = paused ? "yes" : "no";
    $("span", button).textContent = paused ? "Go on" : "Pause";
    $$(".pulse").forEach((dot) => dot.classList.toggle("off", paused));
  });

  // Zone of a new site: guessed from this browser, changeable.
  const guess = () => {
    const zone = $("input[data-guess=zone]");
    if (zone && zone.value === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  };

  const keysBox = $("[data-keys]");
  if (keysBox) {
    keysBox.checked = keysOn();
    keysBox.addEventListener("change", () => { localStorage.setItem("keys", keysBox.checked ? "on" : "off"); });
  }
  ["htmx:after:swap", "htmx:after:history:push"].forEach((name) => document.addEventListener(name, enter));
  enter();
  guess();
  keepPolling();
})();
