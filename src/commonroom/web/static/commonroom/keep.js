// Keeps what is typed in a form until the site has it: <form data-keep="a key">.
// It stays in this browser, under the person who typed it, for three days; files and passwords never.
(() => {
  "use strict";
  const DAYS = 3, WAIT = 8000, PREFIX = "commonroom:keep:";
  const person = document.body.dataset.person || "";
  const here = document.currentScript && document.currentScript.src;
  const words = document.getElementById("keep-words");
  const say = (name) => words.content.querySelector(`[data-said=${name}]`).textContent;
  const place = (form) => `${PREFIX}${person}:${form.dataset.keep}`;
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const NEVER = ["hidden", "password", "file", "submit", "button", "reset", "image"];
  const kept = (field) => field.name && !NEVER.includes(field.type) && field.autocomplete !== "one-time-code";

  function* fields(form) {
    const seen = {};
    for (const field of form.elements) {
      if (!kept(field)) continue;
      seen[field.name] = (seen[field.name] || 0) + 1;
      yield [`${field.name}#${seen[field.name]}`, field];
    }
  }

  const value = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked;
    if (field.type === "select-multiple") return [...field.selectedOptions].map((one) => one.value);
    return field.value;
  };

  const put = (field, was) => {
    if (field.type === "checkbox" || field.type === "radio") field.checked = was;
    else if (field.type === "select-multiple") for (const one of field.options) one.selected = was.includes(one.value);
    else field.value = was;
  };

  function keep(form) {
    const typed = Object.fromEntries([...fields(form)].map(([name, field]) => [name, value(field)]));
    try { localStorage.setItem(place(form), JSON.stringify({ when: Date.now(), typed })); } catch { /* full or forbidden */ }
  }

  function notice(form, name, className) {
    form.querySelector("[data-keep-said]")?.remove();
    const said = document.createElement("div");
    said.dataset.keepSaid = name;
    said.className = `notice ${className}`;
    said.setAttribute("role", name === "lost" ? "alert" : "status");
    const sentence = document.createElement("p");
    sentence.textContent = say(name);
    said.append(sentence);
    form.prepend(said);
    return said;
  }

  function restore(form) {
    const stored = read(place(form));
    // A form that comes back with errors holds what was sent: that is newer.
    if (!stored || form.querySelector(".summary")) return;
    let changed = false;
    for (const [name, field] of fields(form)) {
      if (!(name in stored.typed) || JSON.stringify(value(field)) === JSON.stringify(stored.typed[name])) continue;
      put(field, stored.typed[name]);
      field.dispatchEvent(new Event("change", { bubbles: true }));
      changed = true;
    }
    if (!changed) return;
    const said = notice(form, "back", "");
    const afresh = document.createElement("button");
    afresh.type = "button";
    afresh.className = "link";
    afresh.textContent = say("afresh");
    afresh.addEventListener("click", () => {
      localStorage.removeItem(place(form));
      form.reset();
      said.remove();
      [...fields(form)][0]?.[1].focus();
    });
    said.append(afresh);
  }

  async function reachable() {
    if (!navigator.onLine) return false;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), WAIT);
    try {
      await fetch(here, { method: "HEAD", cache: "no-store", signal: stop.signal });
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  function watch(form) {
    let sure = false;
    const marker = document.createElement("input");
    Object.assign(marker, { type: "hidden", name: "kept", value: form.dataset.keep });
    form.append(marker);
    form.addEventListener("input", () => keep(form));
    form.addEventListener("change", () => keep(form));
    form.addEventListener("submit", async (event) => {
      if (sure) return;
      event.preventDefault();
      keep(form);
      form.querySelector("[data-keep-said=lost]")?.remove();
      if (await reachable()) {
        sure = true;
        form.requestSubmit(event.submitter);
        sure = false;
      } else {
        notice(form, "lost", "bad").scrollIntoView({ block: "nearest" });
      }
    });
  }

  // The site says which form it has, in a cookie that is read once.
  function confirmed() {
    const said = document.cookie.split("; ").find((one) => one.startsWith("kept="));
    if (!said) return;
    localStorage.removeItem(`${PREFIX}${person}:${decodeURIComponent(said.slice(5))}`);
    document.cookie = "kept=; path=/; max-age=0; samesite=lax";
  }

  try {
    confirmed();
    for (const name of names()) if (!(read(name)?.when > Date.now() - DAYS * 864e5)) localStorage.removeItem(name);
    for (const form of document.querySelectorAll("form[data-keep]")) {
      restore(form);
      watch(form);
    }
  } catch { /* a browser that keeps nothing: forms work all the same */ }

  for (const form of document.querySelectorAll("form[data-keep-forget]"))
    form.addEventListener("submit", () => {
      for (const name of names()) if (name.startsWith(`${PREFIX}${person}:`)) localStorage.removeItem(name);
    });
  document.querySelector("[data-focus]")?.focus();
})();
