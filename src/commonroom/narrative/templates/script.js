"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(byId(id).textContent);
  const cards = read("cards"), words = read("phrases"), views = [];
  let chosen = "";
  document.documentElement.classList.remove("still-page");

  const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const make = (tag, text, parent, attributes = {}) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    if (parent) parent.append(element);
    return element;
  };
  const digits = (value, places) => Math.abs(value).toFixed(places);
  const number = (value, places = 1) =>
    (value < 0 && Number(digits(value, places)) ? "−" : value > 0 && Number(digits(value, places)) ? "+" : "") + digits(value, places);
  // Letters without their marks, so that "Sion" finds "Siôn".
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f’'.,-]/g, "").toLowerCase();

  // Pictures: the still one stays until the live one is drawn in its place.
  const draw = (figure) => {
    const place = figure.querySelector(".picture");
    const specification = JSON.parse(figure.querySelector(".specification").textContent);
    specification.width = "container";
    if (place.clientWidth < 480) specification.config.legend.columns = 1;
    const live = make("div", "", null);
    place.append(live);
    const tooltip = { theme: "page", disableDefaultStyle: true };
    return vegaEmbed(live, specification, { ast: true, actions: false, renderer: "svg", logLevel: 1, tooltip, defaultStyle: false })
      .then((drawn) => {
        place.querySelector(".still").remove();
        if (drawn.view.signal && figure.id.startsWith("map-")) {
          views.push(drawn.view);
          drawn.view.signal("chosen", chosen).runAsync();
          drawn.view.addEventListener("click", (event, item) => {
            if (item && item.datum && item.datum.school) open(item.datum.school, false);
          });
        }
      }).catch((error) => { console.error(error); live.remove(); });
  };
  const watch = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting) { watch.unobserve(one.target); draw(one.target); }
  }, { rootMargin: "600px" });
  document.querySelectorAll("figure:has(> .specification)").forEach((figure) => watch.observe(figure));

  // The line of a figure and its range, with the place of no difference marked.
  const whisker = (middle, low, high, parent, label) => {
    const space = "http://www.w3.org/2000/svg";
    const reach = Math.max(Math.abs(low), Math.abs(high), 1) * 1.15;
    const at = (value) => 200 + (value / reach) * 190;
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 400 46");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    const add = (tag, attributes) => {
      const part = document.createElementNS(space, tag);
      for (const name in attributes) part.setAttribute(name, attributes[name]);
      svg.append(part);
      return part;
    };
    add("line", { x1: 200, x2: 200, y1: 2, y2: 30, stroke: "#596273", "stroke-dasharray": "4 3" });
    add("line", { x1: at(low), x2: at(high), y1: 16, y2: 16, stroke: "#14456b", "stroke-width": 3 });
    add("circle", { cx: at(middle), cy: 16, r: 6, fill: "#14456b" });
    add("text", { x: 200, y: 43, "text-anchor": "middle", "font-size": 12, fill: "#596273" }).textContent = words.scale;
    parent.append(svg);
  };

  const estimate = (title, figures, unit, parent) => {
    make("h4", title, parent);
    const [value, low, high] = figures;
    const said = say("against", { value: number(value), low: number(low), high: number(high), unit });
    make("p", said, parent);
    whisker(value, low, high, parent, said);
  };

  const list = (title, texts, parent, kind = "ul") => {
    make("h4", title, parent);
    if (!texts.length) { make("p", words.nothing, parent); return; }
    const items = make(kind, "", parent);
    for (const text of texts) make("li", text, items);
  };

  const lay = (school, parent) => {
    const [, , , phase, map, position, match, claim, nearest, themes] = school;
    make("p", cards.phases[phase], parent, { class: "phase quiet" });
    if (map) {
      estimate(words.attainment, map.slice(0, 3), cards.units[phase], parent);
      estimate(say("improvement", { start: cards.since[phase] }), map.slice(3), cards.units[phase], parent);
    } else make("p", words.no_map, parent);
    make("h4", words.position, parent);
    if (position) {
      const [at, low, high, lowest, highest] = position;
      make("p", [say("positioned", { position: at }), say("noise", { low, high }), say("moves", { lowest, highest }),
        claim ? say("survives", { claim }) : words.not_survive].join(" "), parent);
    } else make("p", words.no_family, parent);
    if (match) { make("h4", words.match, parent); make("p", match, parent); }
    if (nearest.length) {
      list(words.nearest, nearest.map((place) => cards.names[place]), parent, "ol");
      make("p", words.nearest_note, parent, { class: "quiet" });
    }
    list(words.better, themes.filter((one) => one[0]).map((one) => one[1]), parent);
    list(words.need, themes.filter((one) => !one[0]).map((one) => one[1]), parent);
  };

  const choose = (number) => {
    chosen = number;
    for (const view of views) view.signal("chosen", chosen).runAsync();
  };

  const open = (number, move = true) => {
    const found = cards.schools.filter((school) => school[0] === number);
    if (!found.length) return;
    const card = byId("card");
    card.replaceChildren();
    make("h3", found[0][1], card, { id: "card-title" });
    make("p", `${found[0][2]} · ${say("number", { school: number })}`, card, { class: "quiet" });
    for (const school of found) lay(school, card);
    make("button", words.close, card, { type: "button" }).addEventListener("click", () => {
      card.hidden = true;
      choose("");
      byId("find-name").focus();
    });
    card.hidden = false;
    choose(number);
    if (move) { card.focus({ preventScroll: true }); card.scrollIntoView({ block: "nearest" }); }
  };

  addEventListener("beforeprint", () => document.querySelectorAll("details:not(.long)").forEach((one) => { one.open = true; }));
  if (!cards.schools.length) return;

  const once = new Map();
  for (const school of cards.schools) if (!once.has(school[0])) once.set(school[0], school);
  const known = [...once.values()].map((school) => [plain(`${school[1]} ${school[0]}`), school]);
  const search = () => {
    const wanted = plain(byId("find-name").value).split(/\s+/).filter(Boolean);
    const place = byId("find-list");
    place.replaceChildren();
    if (!wanted.join("").length) { byId("find-status").textContent = ""; return; }
    const found = known.filter(([text]) => wanted.every((word) => text.includes(word)));
    byId("find-status").textContent = !found.length ? words.none : found.length === 1 ? words.one : say("some", { n: found.length });
    for (const [, school] of found.slice(0, 12)) {
      const button = make("button", school[1] + " ", make("li", "", place), { type: "button" });
      make("small", `${school[2]} · ${school[0]}`, button);
      button.addEventListener("click", () => { open(school[0]); place.replaceChildren(); byId("find-status").textContent = ""; });
    }
  };
  byId("find-name").addEventListener("input", search);
  document.querySelector("#find form").addEventListener("submit", (event) => {
    event.preventDefault();
    const first = byId("find-list").querySelector("button");
    if (first) first.click();
  });
  byId("find").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [byId("find-name"), ...byId("find-list").querySelectorAll("button")];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) { event.preventDefault(); next.focus(); }
  });
  // A link to the page with #school-105560 opens that school's card.
  const follow = () => { const asked = /^#school-(.+)$/.exec(location.hash); if (asked) open(decodeURIComponent(asked[1])); };
  addEventListener("hashchange", follow);
  follow();
})();
