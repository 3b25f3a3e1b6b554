// Lets a reader explore a chart: the still picture stays until the live one is drawn in its place.
(() => {
  "use strict";
  const own = document.currentScript.dataset;
  let program = null;

  const load = () => {
    program ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = own.program;
      script.onload = done;
      script.onerror = () => { program = null; failed(new Error(own.program)); };
      document.head.append(script);
    });
    return program;
  };

  const draw = async (figure, button) => {
    button.disabled = true;
    const live = document.createElement("div");
    try {
      const [specification] = await Promise.all([
        fetch(figure.dataset.chart).then((answer) => {
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.json();
        }),
        load(),
      ]);
      const still = figure.querySelector("img");
      specification.width = "container";
      (still.closest("picture") ?? still).before(live);
      await window.vegaEmbed(live, specification, {
        ast: true, actions: false, renderer: "svg", logLevel: 1, defaultStyle: false,
        tooltip: { theme: "page", disableDefaultStyle: true },
      });
      live.setAttribute("role", "img");
      live.setAttribute("aria-label", still.alt);
      still.hidden = true;
      button.remove();
    } catch (error) {
      console.error(error);
      live.remove();
      button.replaceWith(Object.assign(document.createElement("p"), { className: "quiet", textContent: own.failed }));
    }
  };

  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "plain little no-print", textContent: own.explore,
    });
    button.addEventListener("click", () => draw(figure, button));
    // Beside the figure: it is on paper in the dark too, where a button could not be read.
    figure.after(button);
  }
})();
