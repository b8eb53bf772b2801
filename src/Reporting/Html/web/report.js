"use strict";

(() => {
  const { records, summary } = JSON.parse(document.getElementById("run-data").textContent);
  if (records.length === 0) return;

  const number = value => (typeof value === "number" ? value : null);
  const column = key => records.map(record => number(record[key]));
  const has = values => values.some(value => value !== null);
  const epochs = column("epoch");
  const first = epochs[0];
  const last = epochs[epochs.length - 1];
  const font = (size, style = "") => `${style} ${size * devicePixelRatio}px system-ui, sans-serif`;

  const phases = [];
  for (const { epoch, phase } of records) {
    if (phases.length === 0 || phases[phases.length - 1].phase !== phase) phases.push({ phase, from: epoch, to: last });
    if (phases.length > 1) phases[phases.length - 2].to = Math.min(phases[phases.length - 2].to, phases[phases.length - 1].from);
  }
  const phaseNames = { train: ["training"], sparsity: ["sparsity learning", "sparsity"], final: ["final training", "final"] };
  const startOf = phase => phases.find(p => p.phase === phase)?.from ?? null;
  const marks = [
    { at: summary?.sl_start_epoch ?? startOf("sparsity"), name: "t", sub: "sl" },
    typeof summary?.stable_epoch === "number"
      ? { at: summary.stable_epoch, name: "t", sub: "*" }
      : { at: summary?.cut_epoch ?? startOf("final"), name: "cut", sub: "" },
  ].filter(mark => mark.at !== null && mark.at >= first && mark.at <= last);

  const superscript = text => [...text].map(c => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
  const plain = value => {
    if (value === 0) return "0";
    if (Math.abs(value) >= 0.0001) return String(Number(value.toPrecision(3)));
    const [mantissa, power] = value.toExponential(2).split("e");
    const factor = Number(mantissa);
    return (factor === 1 ? "" : factor + "·") + "10" + superscript(String(Number(power)));
  };
  const percent = digits => value => (value * 100).toFixed(digits) + "\u00a0%";
  const fixed = digits => value => value.toFixed(digits);
  const whole = value => Math.round(value).toLocaleString("en");
  const percentTick = value => Number((value * 100).toFixed(4)) + "\u00a0%";

  const hasLevel = spec => typeof spec.level === "number";
  const line = { width: 2 };
  const specs = [
    {
      id: "stability-chart", height: 330, phaseRow: true,
      series: [
        { key: "j", name: "J", colour: "third", dash: [2, 4], width: 1, points: 5, format: fixed(4) },
        { key: "j_avg", name: "J_avg", colour: "first", width: 2.25, format: fixed(4) },
        { key: "lambda", name: "λ (right axis)", colour: "second", width: 1.5, dash: [7, 4], scale: "right", format: plain },
      ],
      range: (low, high) => [Math.max(0, Math.floor(low * 10 - 0.2) / 10), Math.max(1, high)],
      tick: value => String(Number(value.toFixed(3))), label: "similarity J", rightLabel: "strength λ",
    },
    {
      id: "accuracy-chart", height: 230,
      series: [
        { key: "train_accuracy", name: "training", colour: "second", dash: [7, 4], ...line, format: percent(1) },
        { key: "val_accuracy", name: "validation", colour: "first", ...line, format: percent(1) },
      ],
      level: number(summary?.baseline?.val_accuracy), levelName: "unpruned",
      tick: percentTick,
    },
    {
      id: "loss-chart", height: 230,
      series: [
        { key: "train_loss", name: "training", colour: "second", dash: [7, 4], ...line, format: fixed(4) },
        { key: "val_loss", name: "validation", colour: "first", ...line, format: fixed(4) },
      ],
      tick: plain,
    },
    {
      id: "lr-chart", height: 230, zero: true,
      series: [{ key: "lr", name: "learning rate", colour: "first", ...line, stepped: true, format: plain }],
      tick: plain,
    },
    {
      id: "speed-chart", height: 230, zero: true,
      series: [{ key: "images_per_second", name: "images per second", colour: "first", ...line, format: whole }],
      tick: whole,
    },
  ];

  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const read = name => style.getPropertyValue("--" + name).trim();
    return Object.fromEntries(
      ["ink", "soft", "rule", "first", "second", "third", "page", "shade-sparsity", "shade-final"].map(name => [name, read(name)]));
  };

  const shadePhases = colour => u => {
    const { ctx, bbox } = u;
    ctx.save();
    for (const { phase, from, to } of phases) {
      const fill = colour["shade-" + phase];
      if (!fill) continue;
      const left = u.valToPos(from, "x", true);
      ctx.fillStyle = fill;
      ctx.fillRect(left, bbox.top, u.valToPos(to, "x", true) - left, bbox.height);
    }
    ctx.restore();
  };

  const namePhases = (u, colour) => {
    const { ctx, bbox } = u;
    ctx.font = font(12);
    ctx.fillStyle = colour.soft;
    ctx.textAlign = "center";
    ctx.textBaseline = "alphabetic";
    for (const { phase, from, to } of phases) {
      const left = u.valToPos(from, "x", true);
      const width = u.valToPos(to, "x", true) - left;
      const name = phaseNames[phase]?.find(text => ctx.measureText(text).width < width - 8 * devicePixelRatio);
      if (name) ctx.fillText(name, left + width / 2, bbox.top - 7 * devicePixelRatio);
    }
  };

  // t with its subscript, by hand: few fonts have the letters s and l as subscripts.
  const nameMarks = (u, colour, above) => {
    const { ctx, bbox } = u;
    const dot = devicePixelRatio;
    const parts = mark => [[mark.name, mark.sub ? font(13, "italic") : font(12), 0], [mark.sub, font(mark.sub === "*" ? 13 : 9.5), mark.sub === "*" ? 0 : 3 * dot], [` = ${mark.at}`, font(12), 0]];
    let taken = -Infinity;
    ctx.setLineDash([]);
    for (const mark of marks) {
      const x = u.valToPos(mark.at, "x", true);
      ctx.strokeStyle = colour.ink;
      ctx.lineWidth = dot;
      ctx.beginPath();
      ctx.moveTo(Math.round(x) + 0.5, bbox.top - (above - 4) * dot);
      ctx.lineTo(Math.round(x) + 0.5, bbox.top + bbox.height);
      ctx.stroke();

      ctx.fillStyle = colour.ink;
      ctx.textAlign = "left";
      ctx.textBaseline = "alphabetic";
      const widths = parts(mark).map(([text, style]) => ((ctx.font = style), ctx.measureText(text).width));
      const total = widths.reduce((sum, width) => sum + width, 0);
      let left = Math.min(Math.max(x - total / 2, taken + 8 * dot), ctx.canvas.width - total);
      taken = left + total;
      parts(mark).forEach(([text, style, drop], i) => {
        ctx.font = style;
        ctx.fillText(text, left, bbox.top - (above + 1) * dot + drop);
        left += widths[i];
      });
    }
  };

  const drawLevel = (u, colour, spec) => {
    const { ctx, bbox } = u;
    const y = Math.round(u.valToPos(spec.level, "y", true)) + 0.5;
    ctx.strokeStyle = colour.soft;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
  };

  const sample = (series, colour) => {
    const dash = series.dash ? ` stroke-dasharray="${series.dash.join(" ")}"` : "";
    const dot = series.points ? `<circle cx="13" cy="6" r="2.5" fill="${colour[series.colour]}"/>` : "";
    return `<svg width="26" height="12"><path d="M0 6H26" stroke="${colour[series.colour]}" stroke-width="${series.width}"${dash}/>${dot}</svg>`;
  };

  const makeLegend = (figure, series, spec, colour) => {
    const element = figure.querySelector(".legend");
    const epoch = figure.querySelector("h3 span");
    element.replaceChildren();
    const add = (mark, name) => {
      const item = document.createElement("span");
      item.className = "item";
      item.innerHTML = mark;
      const [base, sub] = name.split("_");
      const label = document.createElement("span");
      label.append(base);
      if (sub) label.append(Object.assign(document.createElement("sub"), { textContent: sub }));
      const value = document.createElement("b");
      item.append(label, value);
      element.append(item);
      return value;
    };
    const values = series.map(s => add(sample(s, colour), s.name));
    if (hasLevel(spec)) add(sample({ dash: [2, 3], colour: "soft", width: 1 }, colour), spec.levelName);
    return index => {
      values.forEach((value, i) => {
        const now = index === null ? null : series[i].values[index];
        value.textContent = now === null || now === undefined ? "" : series[i].format(now);
      });
      epoch.textContent = index === null ? "" : "epoch " + epochs[index];
    };
  };

  const build = (spec, width) => {
    const figure = document.getElementById(spec.id);
    if (!figure) return null;
    const colour = colours();
    const series = spec.series.map(s => ({ ...s, values: column(s.key) })).filter(s => has(s.values));
    const target = figure.querySelector(".plot");
    target.replaceChildren();
    const show = makeLegend(figure, series, spec, colour);
    const rowAbove = spec.phaseRow ? 24 : 5;
    const right = series.some(s => s.scale === "right");
    const axis = { stroke: colour.soft, font: "12px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: colour.rule, width: 1 } };
    // Ticks of a small strength stay short: the power of ten goes into the axis' label.
    const strongest = Math.max(0, ...series.filter(s => s.scale === "right").flatMap(s => s.values));
    const power = strongest > 0 && strongest < 0.1 ? Math.floor(Math.log10(strongest)) : 0;
    const rightLabel = power ? `${spec.rightLabel} (10${superscript(String(power))})` : spec.rightLabel;
    const label = text => ({ label: text, labelFont: "12px system-ui, sans-serif", labelSize: 20, labelGap: 2 });

    const range = (u, low, high) => {
      if (low === null || high === null) return [0, 1];
      if (hasLevel(spec)) [low, high] = [Math.min(low, spec.level), Math.max(high, spec.level)];
      if (spec.range) return spec.range(low, high);
      return uPlot.rangeNum(spec.zero ? 0 : low, high === low ? low * 1.1 + 1e-9 : high, { min: { pad: spec.zero ? 0 : 0.08 }, max: { pad: 0.08 } });
    };

    return new uPlot({
      width, height: spec.height,
      padding: [rowAbove + 21, right ? 0 : 14, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, sync: { key: "epoch" }, y: false, points: { size: 7 } },
      scales: {
        x: { time: false, range: () => (first === last ? [first - 0.5, last + 0.5] : [first, last]) },
        y: { range },
        right: { range: (u, low, high) => [0, high > 0 ? high * 1.08 : 1] },
      },
      axes: [
        { ...axis, ...label("epoch"), size: 28, gap: 6, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 500], grid: { show: false }, space: 36 },
        { ...axis, ...(spec.label ? label(spec.label) : {}), size: spec.label ? 40 : 54, gap: 6, space: 36, values: (u, ticks) => ticks.map(spec.tick) },
        ...(right ? [{ ...axis, ...label(rightLabel), scale: "right", side: 1, size: 36, gap: 6, space: 36, stroke: colour.second, grid: { show: false }, values: (u, ticks) => ticks.map(tick => plain(tick / 10 ** power)) }] : []),
      ],
      series: [{}, ...series.map(s => ({
        label: s.name, scale: s.scale ?? "y", stroke: colour[s.colour], width: s.width, dash: s.dash, spanGaps: true,
        paths: s.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
        points: { show: Boolean(s.points) || records.length === 1, size: s.points ?? 6, fill: colour[s.colour] },
      }))],
      hooks: {
        drawClear: [shadePhases(colour)],
        draw: [u => {
          u.ctx.save();
          if (hasLevel(spec)) drawLevel(u, colour, spec);
          if (spec.phaseRow) namePhases(u, colour);
          nameMarks(u, colour, rowAbove);
          u.ctx.restore();
        }],
        setCursor: [u => show(u.cursor.left >= 0 ? u.cursor.idx ?? null : null)],
      },
    }, [epochs, ...series.map(s => s.values)], target);
  };

  let charts = [];
  const widthOf = spec => document.getElementById(spec.id)?.querySelector(".plot").clientWidth ?? 0;
  const drawAll = paper => {
    charts.forEach(chart => chart?.destroy());
    charts = specs.map(spec => build(spec, paper ? (spec.phaseRow ? 660 : 315) : widthOf(spec)));
  };

  drawAll(false);
  let pending = 0;
  const again = () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => charts.forEach((chart, i) => {
      const width = widthOf(specs[i]);
      if (chart && width > 0 && width !== chart.width) chart.setSize({ width, height: chart.height });
    }));
  };
  new ResizeObserver(again).observe(document.querySelector("main"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(false));

  // Paper is white whatever the screen is, and its reader can't open what is folded.
  let opened = [];
  addEventListener("beforeprint", () => {
    document.documentElement.classList.add("on-paper");
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach(details => (details.open = true));
    drawAll(true);
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("on-paper");
    opened.forEach(details => (details.open = false));
    drawAll(false);
  });
})();
