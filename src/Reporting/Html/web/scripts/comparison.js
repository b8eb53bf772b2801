"use strict";

// The charts of several runs.
ocs.pages.comparison = ({ runs, paper }) => {
  const { percent, percentTick, count, scatter } = ocs;
  const colourOf = i => `run-${(i % 6) + 1}`;
  const dashOf = i => [undefined, [7, 4], [2, 3]][Math.floor(i / 6) % 3];

  /** One line per run over the epochs. */
  const lines = ({ id, key, tick, format, label }) => {
    const shown = runs.map((run, i) => ({ run, i })).filter(({ run }) => run[key].some(value => ocs.number(value) !== null));
    const epochs = [...new Set(shown.flatMap(({ run }) => run.epochs))].sort((a, b) => a - b);
    const [first, last] = [epochs[0], epochs[epochs.length - 1]];
    return {
      id,
      build: (target, width, scale) => {
        const colour = ocs.colours();
        const figure = target.closest("figure");
        const axis = ocs.axis(colour);
        const series = shown.map(({ run, i }) => {
          const values = new Map(run.epochs.map((epoch, at) => [epoch, run[key][at]]));
          return { name: run.label, colour: colourOf(i), dash: dashOf(i), width: 1.75, values: epochs.map(epoch => ocs.number(values.get(epoch))) };
        });
        const values = ocs.legend(figure, series, colour);
        const heading = figure.querySelector("h3 span");
        return new uPlot({
          width, height: 260 * scale,
          padding: [14, 14, 0, 0],
          legend: { show: false },
          cursor: { drag: { x: false, y: false }, sync: { key: "epoch" }, y: false, points: { size: 7 } },
          scales: { x: { time: false, range: () => (first === last ? [first - 0.5, last + 0.5] : [first, last]) } },
          axes: [
            { ...axis, ...ocs.label("epoch"), size: 28, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 500], grid: { show: false } },
            { ...axis, ...ocs.label(label), size: 50, values: (u, ticks) => ticks.map(tick) },
          ],
          series: [{}, ...series.map(s => ({
            stroke: colour[s.colour], width: s.width, dash: s.dash, spanGaps: true,
            points: { show: s.values.filter(v => v !== null).length === 1, size: 6, fill: colour[s.colour] },
          }))],
          hooks: {
            setCursor: [u => {
              const index = u.cursor.left >= 0 ? u.cursor.idx ?? null : null;
              heading.textContent = index === null ? "" : "epoch " + epochs[index];
              series.forEach((s, i) => {
                const now = index === null ? null : s.values[index];
                values[i].textContent = now === null || now === undefined ? "" : format(now);
              });
            }],
          },
        }, [epochs, ...series.map(s => s.values)], target);
      },
    };
  };

  const accuracy = percent(2);
  const measured = runs.map((run, i) => ({ ...run, i })).filter(run => typeof run.accuracy === "number");
  const sizeOf = run => (run.speed_up ? Math.min(12, Math.max(3.5, 5.5 * run.speed_up ** 1.5)) : 5.5);
  const own = measured.map(run => ({
    x: run.macs, y: run.accuracy, shape: run.pruned ? "dot" : "ring", size: run.pruned ? sizeOf(run) : 5, colour: "first", label: run.label, number: `${run.i + 1}`, strong: true,
    text: `${run.label}: ${accuracy(run.accuracy)} at ${count(run.macs)} MACs`,
  }));
  const twins = runs.filter(run => typeof run.twin_accuracy === "number").map(run => ({
    x: run.twin_macs, y: run.twin_accuracy, shape: "ring", size: 5, colour: "first",
    text: `unpruned twin of ${run.label}: ${accuracy(run.twin_accuracy)}`,
  }));
  const rows = paper.map(row => ({
    x: row.macs, y: row.accuracy, shape: row.ours ? "diamond" : "cross", size: row.ours ? 5.5 : 3.5, colour: row.ours ? "second" : "third", label: row.method,
    text: `${row.method}, ${row.table}: ${accuracy(row.accuracy)} at ${count(row.macs)} MACs`,
  }));
  const cut = measured.filter(run => typeof run.cut_epoch === "number").map(run => ({
    x: run.cut_epoch, y: run.accuracy, shape: "dot", size: 5.5, colour: "first", label: run.label, number: `${run.i + 1}`, strong: true,
    text: `${run.label}: cut at epoch ${run.cut_epoch}, ${accuracy(run.accuracy)}`,
  }));
  const legend = [
    { marker: "dot", colour: "first", name: "pruned here" },
    { marker: "ring", colour: "first", name: "unpruned here" },
    { marker: "diamond", colour: "second", name: "OCSPruner, the paper" },
    { marker: "cross", colour: "third", name: "others, the paper" },
  ];
  return [
    ...(own.length > 0 ? [scatter({ id: "tradeoff-chart", points: [...rows, ...twins, ...own], legend, xLabel: "MACs", xTick: count })] : []),
    ...(runs.some(run => ocs.has(run.val_accuracy)) ? [lines({ id: "compare-accuracy", key: "val_accuracy", tick: percentTick, format: percent(1), label: "accuracy" })] : []),
    ...(runs.some(run => ocs.has(run.j_avg)) ? [lines({ id: "compare-stability", key: "j_avg", tick: v => String(Number(v.toFixed(3))), format: ocs.fixed(4), label: "mean similarity" })] : []),
    ...(cut.length > 1 ? [scatter({ id: "cut-chart", points: cut, legend: [], xLabel: "epoch of the cut", xTick: ocs.whole, whole: true })] : []),
  ];
};
