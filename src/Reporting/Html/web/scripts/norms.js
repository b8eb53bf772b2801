"use strict";

// The histogram of one epoch's norms, and the slider that chooses the epoch (Fig. 5).
ocs.normsHistogram = (records, spreads) => {
  const counted = records.filter(record => record.norms);
  if (counted.length === 0) return [];

  const perDecade = 40;
  // At least a decade wide: norms that lie close together are shown close together.
  const parts = counted.flatMap(({ norms }) => [norms.kept, norms.pruned]).filter(part => part.counts.length > 0);
  const ends = [Math.min(...parts.map(part => part.first)), Math.max(...parts.map(part => part.first + part.counts.length))];
  const spare = Math.max(1, Math.ceil((perDecade - (ends[1] - ends[0])) / 2));
  const [low, high] = [ends[0] - spare, ends[1] + spare];
  const bins = Array.from({ length: high - low }, (_, i) => low + i);
  const spread = ({ first, counts }) => bins.map(bin => counts[bin - first] ?? 0);
  const dataOf = ({ norms }) => {
    const pruned = spread(norms.pruned);
    return [bins, spread(norms.kept).map((count, i) => count + pruned[i]), pruned];
  };
  const tallest = Math.max(...counted.flatMap(record => dataOf(record)[1]));

  // Powers of ten, and 2 and 5 times these if there is room.
  const splits = u => {
    const [from, to] = [u.scales.x.min, u.scales.x.max];
    const room = u.bbox.width / devicePixelRatio / (to - from);
    const decade = room * perDecade;
    const factors = decade > 600 ? [1, 2, 3, 4, 5, 7] : decade > 150 ? [1, 2, 5] : [1];
    const skip = Math.max(1, Math.ceil(44 / decade));
    const ticks = [];
    for (let power = Math.floor(from / perDecade); power <= to / perDecade; power++) {
      if (power % skip === 0) ticks.push(...factors.map(factor => (power + Math.log10(factor)) * perDecade));
    }
    return ticks.filter(tick => tick >= from && tick <= to);
  };

  const plural = (count, noun) => `${ocs.whole(count)} ${noun}`;
  const describe = ({ epoch }) => {
    const { kept, pruned } = spreads.find(s => s.epoch === epoch);
    const part = (s, name) => (s ? `${plural(s.channels, name)}, median ${ocs.plain(s.middle)}` : `none ${name}`);
    return `epoch ${epoch}: ${part(pruned, "pruned")}; ${part(kept, "kept")}`;
  };

  const build = (target, width, scale) => {
    const colour = ocs.colours();
    const figure = target.closest("figure");
    const slider = figure.querySelector("input");
    const output = figure.querySelector("output");
    ocs.legend(figure, [
      { colour: "second", box: true, name: "would be pruned" },
      { colour: "first", box: true, name: "would be kept" },
    ], colour);
    slider.closest(".slider").hidden = false;
    slider.max = counted.length - 1;
    if (!slider.dataset.used) slider.value = slider.max;

    const gap = width / bins.length > 5 ? 1 : 0;
    const bar = uPlot.paths.bars({ size: [1, Infinity], align: 1, gap });
    const axis = ocs.axis(colour);
    const chart = new uPlot({
      width, height: 260 * scale,
      padding: [14, 14, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [low, high] }, y: { range: () => [0, tallest * 1.05] } },
      axes: [
        { ...axis, ...ocs.label("norm of a channel"), size: 28, grid: { show: false }, splits, values: (u, ticks) => ticks.map(tick => ocs.plain(10 ** (tick / perDecade))) },
        { ...axis, ...ocs.label("channels"), size: 44, values: (u, ticks) => ticks.map(tick => (Number.isInteger(tick) ? ocs.whole(tick) : "")) },
      ],
      series: [{}, ...["first", "second"].map(name => ({ paths: bar, stroke: colour[name], fill: colour[name], width: 0, points: { show: false } }))],
    }, dataOf(counted[Math.min(slider.value, counted.length - 1)]), target);

    const show = () => {
      const record = counted[Math.min(slider.value, counted.length - 1)];
      chart.setData(dataOf(record));
      output.textContent = describe(record);
      slider.setAttribute("aria-valuetext", describe(record));
    };
    slider.oninput = () => {
      slider.dataset.used = Number(slider.value) < counted.length - 1 ? "yes" : "";
      show();
    };
    show();
    return chart;
  };

  return [{ id: "norms-histogram", paper: 660, build }];
};
