"use strict";

// The curve of several budgets: accuracy against MACs, and against parameters.
ocs.pages.budgets = ({ points, whole, level, chosen }) => {
  const accuracy = ocs.percent(2);
  const place = (cost, unit) => {
    const own = points.filter(point => typeof point.accuracy === "number").map(point => ({
      x: point[cost], y: point.accuracy, shape: point.target === chosen ? "diamond" : "dot", size: 5.5,
      colour: point.target === chosen ? "second" : "first", label: point.label, strong: true,
      text: `${point.label}: ${accuracy(point.accuracy)} at ${ocs.count(point[cost])} ${unit}`,
    }));
    const twin = typeof whole.accuracy === "number"
      ? [{ x: whole[cost], y: whole.accuracy, shape: "ring", size: 5, colour: "first", label: "unpruned", text: `unpruned twin: ${accuracy(whole.accuracy)}` }]
      : [];
    const way = [...own, ...twin].sort((a, b) => a.x - b.x);
    return { points: way, way };
  };
  const legend = [
    { marker: "dot", colour: "first", name: "a budget" },
    { marker: "diamond", colour: "second", name: "the largest budget within the allowed loss" },
    { marker: "ring", colour: "first", name: "unpruned twin" },
    { dash: [5, 4], width: 1.5, colour: "second", name: "the least accuracy allowed" },
  ];
  if (!points.some(point => typeof point.accuracy === "number")) return [];
  return [["macs-chart", "macs", "MACs"], ["parameters-chart", "parameters", "parameters"]].map(([id, cost, unit]) =>
    ocs.scatter({ id, ...place(cost, unit), legend, xLabel: unit, xTick: ocs.count, level: ocs.number(level) ?? undefined }));
};
