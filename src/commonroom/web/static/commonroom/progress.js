// Follows long work: <div data-progress="address of its state" data-lost="sentence">, its parts marked data-part.
// Without this script the page's own link looks again.
(() => {
  "use strict";
  const EVERY = 1500, MOST = 15000;
  for (const box of document.querySelectorAll("[data-progress]")) {
    const part = (name) => box.querySelector(`[data-part=${name}]`);
    const tell = (name, text) => { const to = part(name); if (to && to.textContent !== text) to.textContent = text; };
    let wait = EVERY;
    const look = async () => {
      try {
        const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" }, cache: "no-store" });
        if (!answer.ok) throw new Error(answer.status);
        const work = await answer.json();
        wait = EVERY;
        if (work.finished) { location.reload(); return; }
        tell("state", work.said_state);
        tell("step", work.step);
        const share = part("share");
        if (share) share.value = 100 * work.share;
      } catch {
        wait = Math.min(wait * 2, MOST);
        tell("step", box.dataset.lost || "");
      }
      setTimeout(look, wait);
    };
    if (part("share")) setTimeout(look, EVERY);
  }
})();
