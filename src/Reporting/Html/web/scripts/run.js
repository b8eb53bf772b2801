"use strict";

// The charts of one run.
ocs.pages.run = ({ records, summary, spreads }) => {
  const { plain, percent, percentTick, fixed, whole, number, has, font, superscript } = ocs;
  if (records.length === 0) return [];

  const column = key => records.map(record => number(record[key]));
  const epochs = column("epoch");
  const first = epochs[0];
  const last = epochs[epochs.length - 1];

  const phases = [];
  for (const { epoch, phase } of records) {
    if (phases.length > 0) phases[phases.length - 1].to = epoch;
    if (phases.length === 0 || phases[phases.length - 1].phase !== phase) phases.push({ phase, from: epoch, to: epoch });
  }
  const phaseNames = { train: ["training"], sparsity: ["sparsity learning", "sparsity"], final: ["final training", "final"] };
  const startOf = phase => phases.find(p => p.phase === phase)?.from ?? null;
  const forecast = number(records[records.length - 1].forecast?.stable_epoch);
  const marks = [
    { at: summary?.sl_start_epoch ?? startOf("sparsity"), name: "t", sub: "sl" },
    typeof summary?.stable_epoch === "number"
      ? { at: summary.stable_epoch, name: "t", sub: "*" }
      : { at: summary?.cut_epoch ?? startOf("final"), name: "cut", sub: "" },
    { at: summary ? null : forecast, name: "t", sub: "*", about: true },
  ].filter(mark => mark.at !== null && mark.at >= first && mark.at <= last);

  const spreadAt = new Map(spreads.map(spread => [spread.epoch, spread]));
  const line = { width: 2 };
  const training = { colour: "second", dash: [7, 4], ...line, name: "training" };
  const validation = { colour: "first", ...line, name: "validation" };
  const hasStrength = records.some(record => record.lambda !== null) || !records.some(record => record.dispute);
  const hasLevel = spec => typeof spec.level === "number";
  const specs = [
    {
      id: "stability-chart", height: 330, phaseRow: true,
      series: [
        { key: "j", name: "J", colour: "third", dash: [2, 4], width: 1, points: records.length > 60 ? 3 : 5, format: fixed(4) },
        { key: "j_avg", name: "J_avg", symbol: true, colour: "first", width: 2.25, format: fixed(4) },
        hasStrength
          ? { key: "lambda", name: "λ (right axis)", colour: "second", width: 1.5, dash: [7, 4], scale: "right", format: plain }
          : { key: "dispute", name: "dispute (right axis)", colour: "second", width: 1.5, dash: [7, 4], scale: "right", format: fixed(3) },
      ],
      range: (low, high) => [Math.max(0, Math.floor(low * 10 - 0.2) / 10), Math.max(1, high)],
      tick: value => String(Number(value.toFixed(3))), label: "similarity J", rightLabel: hasStrength ? "strength λ" : "dispute",
    },
    {
      id: "norms-chart", height: 300, log: true,
      series: [
        ...["kept", "pruned"].flatMap(kind => {
          const colour = kind === "kept" ? "first" : "second";
          const of = part => epochs.map(epoch => spreadAt.get(epoch)?.[kind]?.[part] ?? null);
          return [
            { values: of("high"), colour, width: 0.75, hidden: true },
            { values: of("middle"), colour, name: `${kind}, median`, format: plain, ...line, dash: kind === "kept" ? undefined : [7, 4] },
            { values: of("low"), colour, width: 0.75, hidden: true, band: true },
          ];
        }),
      ],
      tick: plain, label: "norm of a channel",
    },
    {
      id: "accuracy-chart", height: 230,
      series: [
        { key: "train_accuracy", ...training, format: percent(1) },
        { key: "val_accuracy", ...validation, format: percent(1) },
      ],
      level: number(summary?.baseline?.val_accuracy), levelName: "unpruned",
      tick: percentTick,
    },
    {
      id: "loss-chart", height: 230,
      series: [
        { key: "train_loss", ...training, format: fixed(4) },
        { key: "val_loss", ...validation, format: fixed(4) },
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
    const parts = mark => [
      [mark.name, mark.sub ? font(13, "italic") : font(12), 0],
      [mark.sub, font(mark.sub === "*" ? 13 : 9.5), mark.sub === "*" ? 0 : 3 * dot],
      [` ${mark.about ? "≈" : "="} ${mark.at}`, font(12), 0],
    ];
    let taken = -Infinity;
    for (const mark of marks) {
      const x = u.valToPos(mark.at, "x", true);
      ctx.setLineDash(mark.about ? [4 * dot, 4 * dot] : []);
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

  // The legend shows the values of the epoch under the pointer.
  const makeLegend = (figure, series, spec, colour) => {
    const epoch = figure.querySelector("h3 span");
    const named = series.filter(s => !s.hidden);
    const level = hasLevel(spec) ? [{ dash: [2, 3], colour: "soft", width: 1, name: spec.levelName }] : [];
    const values = ocs.legend(figure, [...named, ...level], colour);
    return index => {
      named.forEach((s, i) => {
        const now = index === null ? null : s.values[index];
        values[i].textContent = now === null || now === undefined ? "" : s.format(now);
      });
      epoch.textContent = index === null ? "" : "epoch " + epochs[index];
    };
  };

  const build = spec => (target, width, scale) => {
    const figure = target.closest("figure");
    const colour = ocs.colours();
    const series = spec.series.map(s => ({ ...s, values: s.values ?? column(s.key) })).filter(s => has(s.values));
    const show = makeLegend(figure, series, spec, colour);
    const rowAbove = spec.phaseRow ? 24 : 5;
    const right = series.some(s => s.scale === "right");
    const axis = ocs.axis(colour);
    // Ticks of small strengths stay short: the power of ten is in the axis' label.
    const strongest = Math.max(0, ...series.filter(s => s.scale === "right").flatMap(s => s.values));
    const power = strongest > 0 && strongest < 0.1 ? Math.floor(Math.log10(strongest)) : 0;
    const rightLabel = power ? `${spec.rightLabel} (10${superscript(String(power))})` : spec.rightLabel;

    const range = (u, low, high) => {
      if (low === null || high === null) return [0, 1];
      if (hasLevel(spec)) [low, high] = [Math.min(low, spec.level), Math.max(high, spec.level)];
      if (spec.range) return spec.range(low, high);
      return uPlot.rangeNum(spec.zero ? 0 : low, high === low ? low * 1.1 + 1e-9 : high, { min: { pad: spec.zero ? 0 : 0.08 }, max: { pad: 0.08 } });
    };
    const bands = series.flatMap((s, i) => (s.band ? [{ series: [i - 1, i + 1], fill: colour[s.colour] + "26" }] : []));

    return new uPlot({
      width, height: spec.height * scale,
      padding: [rowAbove + 21, right ? 0 : 14, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, sync: { key: "epoch" }, y: false, points: { size: 7 } },
      scales: {
        x: { time: false, range: () => (first === last ? [first - 0.5, last + 0.5] : [first, last]) },
        y: spec.log ? { distr: 3 } : { range },
        right: { range: (u, low, high) => [0, high > 0 ? high * 1.08 : 1] },
      },
      axes: [
        { ...axis, ...ocs.label("epoch"), size: 28, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 500], grid: { show: false } },
        { ...axis, ...ocs.label(spec.label), size: spec.label && !spec.log ? 40 : 54, values: (u, ticks) => ticks.map(tick => (tick === null ? "" : spec.tick(tick))) },
        ...(right ? [{ ...axis, ...ocs.label(rightLabel), scale: "right", side: 1, size: 36, stroke: colour.second, grid: { show: false }, values: (u, ticks) => ticks.map(tick => plain(tick / 10 ** power)) }] : []),
      ],
      series: [{}, ...series.map(s => ({
        label: s.name, scale: s.scale ?? "y", stroke: colour[s.colour], width: s.width, dash: s.dash, spanGaps: true,
        paths: s.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
        points: { show: Boolean(s.points) || s.values.filter(v => v !== null).length === 1, size: s.points ?? 6, fill: colour[s.colour] },
      }))],
      bands,
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

  return [
    ...specs.map(spec => ({ id: spec.id, paper: spec.phaseRow || spec.log ? 660 : 315, build: build(spec) })),
    ...ocs.normsHistogram(records, spreads),
  ];
};
