"use strict";

// Draws the figures of the page, and redraws them for another window size, theme, printing or new data.
(() => {
  const root = document.documentElement;
  let figures = [];
  let charts = [];

  const place = figure => document.getElementById(figure.id)?.querySelector(".plot");
  const draw = paper => {
    charts.forEach(chart => chart?.destroy());
    charts = figures.map(figure => {
      const plot = place(figure);
      if (!plot) return null;
      plot.replaceChildren();
      return paper ? figure.build(plot, figure.paper ?? 315, 0.8) : figure.build(plot, plot.clientWidth, 1);
    });
    root.dataset.charts = charts.filter(Boolean).length;
  };

  const load = () => {
    const data = JSON.parse(document.getElementById("page-data").textContent);
    figures = ocs.pages[document.body.dataset.page](data);
    draw(false);
  };

  let pending = 0;
  const fit = () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => charts.forEach((chart, i) => {
      const width = place(figures[i])?.clientWidth ?? 0;
      if (chart && width > 0 && width !== chart.width) chart.setSize({ width, height: chart.height });
    }));
  };

  load();
  new ResizeObserver(fit).observe(document.querySelector("main"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(false));

  // Paper is white for any theme, and folded sections are opened for it; very long tables are not printed.
  const longest = 120;
  let opened = [];
  addEventListener("beforeprint", () => {
    root.classList.add("on-paper");
    opened = [...document.querySelectorAll("details:not([open])")].filter(details => details.querySelectorAll("tr").length <= longest);
    opened.forEach(details => (details.open = true));
    draw(true);
  });
  addEventListener("afterprint", () => {
    root.classList.remove("on-paper");
    opened.forEach(details => (details.open = false));
    draw(false);
  });

  ocs.reload = load;
})();
