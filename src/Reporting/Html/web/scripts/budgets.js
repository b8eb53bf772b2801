"use strict";

// The curve of several budgets: the metric against MACs, and against parameters.
ocs.pages.budgets = ({ points, whole, level, chosen, metric, is_fraction: isFraction }) => {
  const shown = isFraction ? ocs.percent(2) : value => String(Number(value.toPrecision(4)));
  const place = (cost, unit) => {
    const own = points.filter(point => typeof point.value === "number").map(point => ({
      x: point[cost], y: point.value, shape: point.target === chosen ? "diamond" : "dot", size: 5.5,
      colour: point.target === chosen ? "second" : "first", label: point.label, strong: true,
      text: `${point.label}: ${shown(point.value)} at ${ocs.count(point[cost])} ${unit}`,
    }));
    const twin = typeof whole.value === "number"
      ? [{ x: whole[cost], y: whole.value, shape: "ring", size: 5, colour: "first", label: "unpruned", text: `unpruned twin: ${shown(whole.value)}` }]
      : [];
    const way = [...own, ...twin].sort((a, b) => a.x - b.x);
    return { points: way, way };
  };
  const legend = [
    { marker: "dot", colour: "first", name: "a budget" },
    { marker: "diamond", colour: "second", name: "the largest budget within the allowed loss" },
    { marker: "ring", colour: "first", name: "unpruned twin" },
    { dash: [5, 4], width: 1.5, colour: "second", name: `the worst ${metric} allowed` },
  ];
  if (!points.some(point => typeof point.value === "number")) return [];
  return [["macs-chart", "macs", "MACs"], ["parameters-chart", "parameters", "parameters"]].map(([id, cost, unit]) =>
    ocs.scatter({ id, ...place(cost, unit), legend, xLabel: unit, xTick: ocs.count, yLabel: metric, yTick: isFraction ? undefined : shown, level: ocs.number(level) ?? undefined }));
};
