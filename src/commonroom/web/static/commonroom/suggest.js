// Schools found so far, below the field in which a name is typed. Without it, the form finds them as well.
(() => {
  "use strict";
  const WAIT = 150;

  for (const row of document.querySelectorAll("[data-suggest]")) {
    const field = row.querySelector("input");
    const list = Object.assign(document.createElement("ul"), { id: `${field.id}-suggestions`, hidden: true });
    const told = Object.assign(document.createElement("p"), { className: "unseen" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", row.querySelector("label").textContent);
    told.setAttribute("role", "status");
    field.after(list, told);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
      field.setAttribute(name, value);
    }
    let chosen = -1, timer = 0, asked = "";

    const close = () => {
      list.hidden = true;
      chosen = -1;
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    };
    const choose = (next) => {
      const options = [...list.children];
      options[chosen]?.setAttribute("aria-selected", "false");
      chosen = (next + options.length + 1) % (options.length + 1);
      if (chosen === options.length) chosen = -1;
      const option = options[chosen];
      if (!option) return field.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", option.id);
    };
    const show = (found) => {
      close();
      list.replaceChildren(...found.map((school, at) => {
        const option = Object.assign(document.createElement("li"), { id: `${list.id}-${at}` });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.path = school.path;
        const place = Object.assign(document.createElement("span"), { className: "small", textContent: ` ${school.place}` });
        option.append(school.name, place);
        return option;
      }));
      told.textContent = found.length ? `${found.length}. ${row.dataset.some}` : row.dataset.none;
      list.hidden = !found.length;
      field.setAttribute("aria-expanded", String(Boolean(found.length)));
    };
    const ask = async () => {
      const text = field.value.trim();
      if (text === asked) return;
      asked = text;
      if (text.length < 3) return close();
      try {
        const answer = await fetch(`${row.dataset.suggest}?q=${encodeURIComponent(text)}`);
        const said = answer.ok ? await answer.json() : { found: [] };
        if (text === asked && document.activeElement === field) show(said.found);
      } catch { close(); }
    };

    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
      if (list.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(event.key === "ArrowDown" ? chosen + 1 : (chosen < 0 ? list.children.length - 1 : chosen - 1));
      }
      if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        location.assign(list.children[chosen].dataset.path);
      }
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.path);
    });
    field.addEventListener("blur", close);
  }
})();
