/* One metric over days: right, left or their difference, with its 95 % band, as SVG. */

import { h, s } from "./dom.js";

const NARROWEST = 300, HEIGHT = 260, LEFT = 46, RIGHT = 52, TOP = 18, BOTTOM = 30;
const PER_LETTER = 7;
const HALF = 0.5;

function ticks(low, high, most) {
  const step = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(step));
  const nice = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= step);
  const found = [];
  for (let at = Math.ceil(low / nice) * nice; at <= high + 1e-9; at += nice) found.push(Number(at.toFixed(6)));
  return found;
}

const NAMES = { right: "Right", left: "Left", diff: "Right minus left" };
const said = (value) => String(value).replace("-", "−");
const fixed = (value) => said(value.toFixed(1));

/* courses: [{side, day, value, low, high}]; treated: days of treatments; phases: [{title, first, last}] of days after one. */
export function drawChart(courses, { title, unit, width, treated = [], phases = [] }) {
  const WIDTH = Math.max(width, NARROWEST);
  const drawn = courses.filter((each) => each.day.length);
  const days = drawn.flatMap((each) => each.day).concat(treated);
  const values = drawn.flatMap((each) => [...each.low, ...each.high, ...each.value]).filter(Number.isFinite);
  let [first, last] = [Math.min(...days), Math.max(...days)];
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (drawn.some((each) => each.side === "diff")) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  if (first === last) [first, last] = [first - 1, last + 1];
  const room = (high - low || 1) * 0.08;
  [low, high] = [low - room, high + room];
  const x = (day) => LEFT + ((day - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const stripes = treated.flatMap((at, i) => phases.map((phase, k) => {
    const until = Math.min(treated[i + 1] ?? last, last);
    const [from, to] = [Math.max(at + (phase.first ?? 0) - HALF, first), Math.min(at + (phase.last ?? Infinity) + HALF, until)];
    const room = x(to) - x(from);
    if (phase.first === null || to <= from) return [];
    return [
      k % 2 === 0 && s("rect", { class: "stripe", x: x(from), width: room, y: TOP, height: HEIGHT - TOP - BOTTOM }),
      room > PER_LETTER * phase.title.length && s("text", { class: "phase", x: x(from) + room / 2, y: TOP - 5, "text-anchor": "middle" }, phase.title)];
  }));
  const axis = [
    ...ticks(low, high, 5).map((at) => [
      s("line", { class: at === 0 ? "zero" : "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: y(at), y2: y(at) }),
      s("text", { x: LEFT - 7, y: y(at) + 4, "text-anchor": "end" }, said(at))]),
    ...ticks(first, last, WIDTH / 90).map((at) =>
      s("text", { x: x(at), y: HEIGHT - 8, "text-anchor": "middle" }, said(at))),
    ...treated.map((at) => [
      s("line", { class: "treat", x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM }),
      x(at) > WIDTH - RIGHT - PER_LETTER * "treated".length
        ? s("text", { x: x(at) - 4, y: HEIGHT - BOTTOM - 5, "text-anchor": "end" }, "treated")
        : s("text", { x: x(at) + 4, y: HEIGHT - BOTTOM - 5 }, "treated")]),
    s("text", { x: WIDTH - 2, y: HEIGHT - 8, "text-anchor": "end" }, "day"),
    s("text", { x: 0, y: 11 }, unit),
  ];
  const ends = spread(drawn.map((each) => y(each.value.at(-1))));
  const lines = drawn.map((each, i) => {
    const there = [...each.day, ...[...each.day].reverse()];
    const edges = [...each.high, ...[...each.low].reverse()];
    const band = there.map((day, k) => `${x(day)},${y(edges[k] ?? 0)}`).join(" ");
    const path = each.day.map((day, k) => `${k ? "L" : "M"}${x(day)},${y(each.value[k])}`).join("");
    return s("g", {},
      s("polygon", { class: `band ${each.side}`, points: band, "stroke-width": 0 }),
      s("path", { class: `mean ${each.side}`, d: path }),
      each.day.map((day, k) => s("circle", { class: each.side, cx: x(day), cy: y(each.value[k]), r: 3.2 },
        s("title", {}, `day ${day}: ${each.value[k].toFixed(1)} ${unit}`))),
      s("text", { class: each.side, x: WIDTH - RIGHT + 8, y: ends[i] + 4 }, each.side === "diff" ? "R − L" : each.side));
  });
  return s("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title },
    stripes, axis, lines);
}

/* The same as a table: a day a line. */
export function drawTable(courses, { title, unit }) {
  const days = [...new Set(courses.flatMap((each) => each.day))].sort((a, b) => a - b);
  const cell = (course, day) => {
    const k = course.day.indexOf(day);
    if (k < 0) return h("td", {}, "–");
    const [low, high] = [course.low[k], course.high[k]];
    const band = low == null || high == null ? "" : ` (${fixed(low)} to ${fixed(high)})`;
    return h("td", {}, fixed(course.value[k]) + band);
  };
  return h("table", { class: "numbers" },
    h("caption", {}, `${title}, ${unit}, with 95 % bands`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Day"), courses.map((each) => h("th", { scope: "col" }, NAMES[each.side])))),
    h("tbody", {}, days.map((day) => h("tr", {}, h("th", { scope: "row" }, said(day)), courses.map((each) => cell(each, day))))));
}

/* Labels that would lie on each other, moved apart. */
function spread(heights) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const moved = [...heights];
  for (let i = 1; i < order.length; i++) {
    moved[order[i]] = Math.max(moved[order[i]], moved[order[i - 1]] + 2 * PER_LETTER);
  }
  return moved;
}
