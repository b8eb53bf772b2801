"use strict";

// Shared by all charts of the page: formats, colours, axes, legends. A page registers itself in `ocs.pages`.
const ocs = (() => {
  const superscript = text => [...text].map(c => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
  const plain = value => {
    if (value === 0) return "0";
    if (Math.abs(value) >= 0.0001) return String(Number(value.toPrecision(3)));
    const [mantissa, power] = value.toExponential(2).split("e");
    const factor = Number(mantissa);
    return (factor === 1 ? "" : factor + "·") + "10" + superscript(String(Number(power)));
  };
  const percent = digits => value => (value * 100).toFixed(digits) + "\u00a0%";
  const percentTick = value => Number((value * 100).toFixed(4)) + "\u00a0%";
  const fixed = digits => value => value.toFixed(digits);
  const whole = value => Math.round(value).toLocaleString("en");
  const count = value => {
    const [divisor, unit] = value >= 1e9 ? [1e9, "\u00a0G"] : value >= 1e6 ? [1e6, "\u00a0M"] : value >= 1e3 ? [1e3, "\u00a0k"] : [1, ""];
    return Number((value / divisor).toPrecision(3)) + unit;
  };
  const number = value => (typeof value === "number" ? value : null);
  const has = values => values.some(value => value !== null);

  const family = "system-ui, sans-serif";
  const font = (size, style = "") => `${style} ${size * devicePixelRatio}px ${family}`;
  const names = ["ink", "soft", "rule", "first", "second", "third", "gone", "page", "shade-sparsity", "shade-final",
    "run-1", "run-2", "run-3", "run-4", "run-5", "run-6"];
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    return Object.fromEntries(names.map(name => [name, style.getPropertyValue("--" + name).trim()]));
  };

  const axis = colour => ({
    stroke: colour.soft, font: `12px ${family}`, ticks: { show: false }, grid: { stroke: colour.rule, width: 1 }, gap: 6, space: 36,
  });
  const label = text => (text ? { label: text, labelFont: `12px ${family}`, labelSize: 20, labelGap: 2 } : {});

  // A swatch of each series with its name; `series` has colour, width, dash, points or a filled box.
  const sample = (series, colour) => {
    const fill = colour[series.colour];
    if (series.box) return `<svg width="14" height="12"><rect width="14" height="12" fill="${fill}"/></svg>`;
    if (series.marker) return `<svg width="14" height="12">${marker(series.marker, fill)}</svg>`;
    const dash = series.dash ? ` stroke-dasharray="${series.dash.join(" ")}"` : "";
    const dot = series.points ? `<circle cx="13" cy="6" r="2.5" fill="${fill}"/>` : "";
    return `<svg width="26" height="12"><path d="M0 6H26" stroke="${fill}" stroke-width="${series.width}"${dash}/>${dot}</svg>`;
  };
  const marker = (shape, fill) => ({
    dot: `<circle cx="7" cy="6" r="4.5" fill="${fill}"/>`,
    diamond: `<path d="M7 1L12 6L7 11L2 6Z" fill="${fill}"/>`,
    cross: `<path d="M4 3L10 9M10 3L4 9" stroke="${fill}" stroke-width="1.5"/>`,
    ring: `<circle cx="7" cy="6" r="4" fill="none" stroke="${fill}" stroke-width="1.5"/>`,
  })[shape];

  /** Fills a figure's legend; returns the elements for values. */
  const legend = (figure, entries, colour) => {
    const element = figure.querySelector(".legend");
    element.replaceChildren();
    return entries.map(entry => {
      const item = document.createElement("span");
      item.className = "item";
      item.innerHTML = sample(entry, colour);
      const text = document.createElement("span");
      const [base, sub] = entry.symbol ? entry.name.split("_") : [entry.name];
      text.append(base);
      if (sub) text.append(Object.assign(document.createElement("sub"), { textContent: sub }));
      const value = document.createElement("b");
      item.append(text, value);
      element.append(item);
      return value;
    });
  };

  return { pages: {}, superscript, plain, percent, percentTick, fixed, whole, count, number, has, font, colours, axis, label, legend };
})();
