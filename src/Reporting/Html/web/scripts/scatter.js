"use strict";

// Scatter plot of metric against cost, for the pages that compare networks.
(() => {
  const { percentTick, font } = ocs;

  // Kinds have different shapes, not only colours.
  const draw = {
    dot: (ctx, x, y, r) => ctx.arc(x, y, r, 0, 2 * Math.PI),
    ring: (ctx, x, y, r) => ctx.arc(x, y, r, 0, 2 * Math.PI),
    diamond: (ctx, x, y, r) => [[0, -r], [r, 0], [0, r], [-r, 0]].forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx, y + dy) : ctx.moveTo(x + dx, y + dy))),
    cross: (ctx, x, y, r) => [[-r, -r, r, r], [r, -r, -r, r]].forEach(([a, b, c, d]) => (ctx.moveTo(x + a, y + b), ctx.lineTo(x + c, y + d))),
  };

  const drawPoints = (u, points, colour, above) => {
    const { ctx } = u;
    const dot = devicePixelRatio;
    const taken = [];
    ctx.save();
    for (const point of points) {
      const [x, y] = [u.valToPos(point.x, "x", true), u.valToPos(point.y, "y", true)];
      ctx.beginPath();
      draw[point.shape](ctx, x, y, (point.size ?? 4.5) * dot);
      ctx.fillStyle = ctx.strokeStyle = colour[point.colour];
      ctx.lineWidth = 1.5 * dot;
      if (point.shape === "dot" || point.shape === "diamond") ctx.fill();
      else ctx.stroke();
    }
    // A label is placed where it hides no point and no other label; runs come first.
    ctx.font = font(11.5);
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    const spots = points.map(p => [u.valToPos(p.x, "x", true), u.valToPos(p.y, "y", true), (p.size ?? 4.5) * dot]);
    const half = 7 * dot;
    const isFree = (left, right, middle) =>
      !taken.some(other => left < other.right && right > other.left && Math.abs(middle - other.middle) < 2 * half)
      && !spots.some(([x, y, r]) => x + r > left && x - r < right && Math.abs(y - middle) < half + r - 2 * dot);
    for (const [i, point] of [...points.entries()].sort(([, a], [, b]) => Boolean(b.strong) - Boolean(a.strong))) {
      if (!point.label) continue;
      const [x, y, r] = spots[i];
      const away = r + 4 * dot;
      const place = text => {
        const width = ctx.measureText(text).width;
        const beside = [[x + away, y], [x - away - width, y]];
        const over = [[x - width / 2, y - r - half], [x - width / 2, y + r + half]];
        const spot = (above ? [...over, ...beside] : [...beside, ...over]).find(([left, middle]) =>
          left >= u.bbox.left && left + width <= ctx.canvas.width && middle > half && isFree(left, left + width, middle));
        return spot && { text, left: spot[0], right: spot[0] + width, middle: spot[1] };
      };
      // If there is no room for the name, the run's number in the table is tried.
      const label = place(point.label) ?? (point.number ? place(point.number) : undefined);
      if (!label) continue;
      taken.push(label);
      ctx.fillStyle = point.strong ? colour.ink : colour.soft;
      ctx.fillText(label.text, label.left, label.middle);
    }
    ctx.restore();
  };

  // A line through some points, and a level that an accuracy must reach.
  const drawWay = (u, way, level, colour) => {
    const { ctx } = u;
    const dot = devicePixelRatio;
    const stroke = (name, dash, points) => {
      ctx.beginPath();
      ctx.setLineDash(dash.map(length => length * dot));
      ctx.strokeStyle = colour[name];
      points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
      ctx.stroke();
    };
    ctx.save();
    ctx.lineWidth = 1.5 * dot;
    stroke("first", [], way.map(p => [u.valToPos(p.x, "x", true), u.valToPos(p.y, "y", true)]));
    if (level !== undefined) {
      const y = u.valToPos(level, "y", true);
      stroke("second", [5, 4], [[u.bbox.left, y], [u.bbox.left + u.bbox.width, y]]);
    }
    ctx.restore();
  };

  /** A scatter plot; the headline names the point nearest to the pointer. */
  ocs.scatter = ({ id, points, legend, xLabel, xTick, yLabel = "accuracy", yTick, whole, way = [], level }) => ({
    id, paper: 660,
    build: (target, width, scale) => {
      const colour = ocs.colours();
      const figure = target.closest("figure");
      const name = figure.querySelector("h3 span");
      const axis = ocs.axis(colour);
      ocs.legend(figure, legend.filter(entry => !entry.marker || points.some(p => p.shape === entry.marker && p.colour === entry.colour)), colour);
      const sorted = [...points].sort((a, b) => a.x - b.x);
      const pad = values => {
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const room = (high - low || Math.abs(high) * 0.1 || 1) * 0.1;
        return [low - room, high + room];
      };
      const [xs, ys] = [pad(points.map(p => p.x)), pad([...points.map(p => p.y), ...(level === undefined ? [] : [level])])];
      if (!whole) xs[0] = Math.max(0, xs[0]);
      if (!yTick) ys[1] = Math.min(ys[1], 1 + (ys[1] - ys[0]) * 0.02);
      return new uPlot({
        width, height: 380 * scale,
        padding: [14, 14, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false }, x: false, y: false },
        scales: { x: { time: false, range: () => xs }, y: { range: () => ys } },
        axes: [
          { ...axis, ...ocs.label(xLabel), size: 28, space: 60, ...(whole ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200] } : {}), values: (u, ticks) => ticks.map(xTick) },
          { ...axis, ...ocs.label(yLabel), size: 60, values: (u, ticks) => ticks.map(yTick ?? percentTick) },
        ],
        series: [{}, { stroke: "transparent", points: { show: false }, paths: () => null }],
        hooks: {
          draw: [u => (drawWay(u, way, level, colour), drawPoints(u, points, colour, way.length > 0))],
          setCursor: [u => {
            const { left, top } = u.cursor;
            const near = points
              .map(p => ({ p, away: Math.hypot(u.valToPos(p.x, "x") - left, u.valToPos(p.y, "y") - top) }))
              .reduce((best, next) => (next.away < best.away ? next : best), { away: left >= 0 ? 28 : -1 });
            name.textContent = near.p?.text ?? "";
          }],
        },
      }, [sorted.map(p => p.x), sorted.map(p => p.y)], target);
    },
  });
})();
