/* A photo with its points: zoom, pan, overlays, and points that can be moved by mouse, touch and keys. */

import { h, refill, s } from "./dom.js";

/* Lines through named points, from the lateral to the medial end. */
const LINES = {
  brow: [["brow_upper", 5], ["brow_lower", 5]],
  eye: [["upper_lid", 7, "outer_canthus", "inner_canthus"], ["lower_lid", 7, "outer_canthus", "inner_canthus"]],
  iris: [],
  mouth: [["upper_lip_outer", 4, "commissure", "upper_lip"], ["lower_lip_outer", 4, "commissure", "lower_lip"]],
  jaw: [["jaw", 8]],
};
const CLOSEST = 0.02, FARTHEST = 1.4, BY_WHEEL = 1.0015, BY_KEY = 1.25;
const FINE = 0.1, COARSE = 1;
const DOT = 0.0042, HOLD = 0.016;

export const keyOf = (name, side) => `${name} ${side}`;

/* onmove({name, side, place, done, dropped}): a point is being moved, was moved, or is where it was. */
export class Viewer {
  constructor({ image, size, points, corrected, onmove, onchoose }) {
    [this.width, this.height] = size;
    this.points = points;
    this.moved = new Set(corrected);
    this.onmove = onmove;
    this.onchoose = onchoose;
    this.chosen = null;
    this.layers = { lines: s("g"), dots: s("g") };
    this.svg = s("svg", { preserveAspectRatio: "xMidYMid meet", "aria-hidden": "true" },
      s("image", { href: image, width: this.width, height: this.height }), this.layers.lines, this.layers.dots);
    this.node = h("div", {
      class: "viewer", tabIndex: 0, role: "application",
      "aria-label": "Photo with points. Choose a point with [ and ], move it with the arrow keys by 1 pixel, with Shift by 0.1 pixel. + and − zoom, 0 shows all.",
    }, this.svg);
    this.fingers = new Map();
    this.listen();
    this.draw();
    this.showAll();
  }

  showAll() {
    const places = Object.values(this.points).flatMap((sides) => Object.values(sides));
    if (!places.length) return this.look(0, 0, this.width, this.height);
    const [xs, ys] = [places.map((each) => each[0]), places.map((each) => each[1])];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const room = (right - left) * 0.18;
    return this.look(left - room, top - room, right - left + 2 * room, bottom - top + 2 * room);
  }

  look(x, y, width, height) {
    const share = Math.min(Math.max(width / this.width, CLOSEST), FARTHEST) / (width / this.width);
    this.box = [x + (width * (1 - share)) / 2, y + (height * (1 - share)) / 2, width * share, height * share];
    this.svg.setAttribute("viewBox", this.box.join(" "));
    this.resize();
  }

  resize() {
    const long = Math.max(this.box[2], this.box[3]);
    for (const dot of this.layers.dots.children) dot.setAttribute("r", long * (dot.classList.contains("hold") ? HOLD : DOT));
  }

  zoom(times, [x, y] = [this.box[0] + this.box[2] / 2, this.box[1] + this.box[3] / 2]) {
    const [left, top, width, height] = this.box;
    const by = Math.min(Math.max((width / times) / this.width, CLOSEST), FARTHEST) * this.width / width;
    this.look(x - (x - left) * by, y - (y - top) * by, width * by, height * by);
  }

  at(event) {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [place.x, place.y];
  }

  each(visit) {
    for (const [name, sides] of Object.entries(this.points)) {
      for (const [side, place] of Object.entries(sides)) visit(name, side, place);
    }
  }

  draw() {
    this.dots = new Map();
    refill(this.layers.dots);
    this.each((name, side) => {
      const dot = s("circle", { class: `dot ${side}` });
      const hold = s("circle", { class: "hold" }, s("title", {}, sayPoint(name, side)));
      hold.addEventListener("pointerdown", (event) => this.take(event, name, side));
      this.layers.dots.append(dot, hold);
      this.dots.set(keyOf(name, side), [dot, hold]);
    });
    this.place();
  }

  place() {
    this.each((name, side, [x, y]) => {
      const key = keyOf(name, side);
      const [dot, hold] = this.dots.get(key);
      for (const each of [dot, hold]) {
        each.setAttribute("cx", x);
        each.setAttribute("cy", y);
      }
      dot.classList.toggle("moved", this.moved.has(key));
      dot.classList.toggle("chosen", this.chosen === key);
    });
    refill(this.layers.lines, ...["right", "left"].flatMap((side) => this.lines(side)));
  }

  lines(side) {
    const find = (name) => this.points[name]?.[side] ?? this.points[name]?.middle;
    const drawn = [];
    for (const lines of Object.values(LINES)) {
      for (const [group, count, first, last] of lines) {
        const names = Array.from({ length: count }, (_, i) => `${group}_${i + 1}`);
        const places = [first, ...names, last].filter(Boolean).map(find).filter(Boolean);
        if (places.length > 1) drawn.push(s("path", { class: `line ${side}`, d: smooth(places) }));
      }
    }
    const [centre, rim] = [find("iris_centre"), find("iris_lateral")];
    if (centre && rim) {
      const r = Math.hypot(centre[0] - rim[0], centre[1] - rim[1]);
      drawn.push(s("circle", { class: `line ${side}`, cx: centre[0], cy: centre[1], r }));
    }
    return drawn;
  }

  show(layer, shown) {
    this.layers[layer].classList.toggle("hidden", !shown);
  }

  choose(name, side, { look = false } = {}) {
    this.chosen = keyOf(name, side);
    this.place();
    if (look) {
      const [x, y] = this.points[name][side];
      const width = Math.min(this.box[2], this.width * 0.16);
      this.look(x - width / 2, y - width / 2, width, width * (this.box[3] / this.box[2]));
    }
    this.onchoose(name, side);
  }

  put(name, side, place, done, dropped = false) {
    const [x, y] = place;
    this.points[name][side] = [Math.min(Math.max(x, 0), this.width), Math.min(Math.max(y, 0), this.height)];
    this.place();
    this.onmove({ name, side, place: this.points[name][side], done, dropped });
  }

  take(event, name, side) {
    if (event.button) return;
    event.stopPropagation();
    event.preventDefault();
    this.node.focus({ preventScroll: true });
    this.choose(name, side);
    const start = this.at(event), [x, y] = this.points[name][side];
    let moved = false;
    this.busy = true;
    const move = (now) => {
      if (now.pointerId !== event.pointerId) return;
      const here = this.at(now);
      moved = true;
      this.put(name, side, [x + here[0] - start[0], y + here[1] - start[1]], false);
    };
    const kinds = ["pointerup", "pointercancel", "pointerdown"];
    const end = (now) => {
      const another = now.pointerId !== event.pointerId;
      if (another !== (now.type === "pointerdown")) return;
      this.busy = false;
      removeEventListener("pointermove", move);
      for (const kind of kinds) removeEventListener(kind, end, true);
      if (moved && now.type === "pointerup") this.put(name, side, this.points[name][side], true);
      else if (moved) this.put(name, side, [x, y], false, true); // a second finger: it was not meant
    };
    addEventListener("pointermove", move);
    for (const kind of kinds) addEventListener(kind, end, true);
  }

  listen() {
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(BY_WHEEL ** -event.deltaY, this.at(event));
    }, { passive: false });
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
      this.svg.classList.add("moving");
    });
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      this.svg.addEventListener(kind, (event) => {
        this.fingers.delete(event.pointerId);
        this.svg.classList.toggle("moving", this.fingers.size > 0);
      });
    }
    this.node.addEventListener("keydown", (event) => this.press(event));
  }

  drag(event) {
    const last = this.fingers.get(event.pointerId);
    if (!last) return;
    const now = [event.clientX, event.clientY];
    const scale = 1 / this.svg.getScreenCTM().a;
    const others = [...this.fingers].filter(([finger]) => finger !== event.pointerId);
    this.fingers.set(event.pointerId, now);
    const share = others.length ? 0.5 : 1;
    const [x, y, width, height] = this.box;
    this.look(x - (now[0] - last[0]) * scale * share, y - (now[1] - last[1]) * scale * share, width, height);
    if (others.length) {
      const [, other] = others[0];
      const before = Math.hypot(last[0] - other[0], last[1] - other[1]);
      const after = Math.hypot(now[0] - other[0], now[1] - other[1]);
      if (before > 0) this.zoom(after / before);
    }
  }

  press(event) {
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const arrow = arrows[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrow && this.chosen) {
      const cut = this.chosen.lastIndexOf(" ");
      const [name, side] = [this.chosen.slice(0, cut), this.chosen.slice(cut + 1)];
      const step = event.shiftKey ? FINE : COARSE, [x, y] = this.points[name][side];
      this.put(name, side, [x + arrow[0] * step, y + arrow[1] * step], true);
    } else if (arrow) {
      const [x, y, width, height] = this.box;
      this.look(x + arrow[0] * width * 0.1, y + arrow[1] * height * 0.1, width, height);
    } else if (event.key === "+" || event.key === "=") this.zoom(BY_KEY);
    else if (event.key === "-" || event.key === "−") this.zoom(1 / BY_KEY);
    else if (event.key === "0") this.showAll();
    else if (event.key === "[" || event.key === "]") this.step(event.key === "]" ? 1 : -1);
    else if (event.key === "Escape") {
      this.chosen = null;
      this.place();
    } else return;
    event.preventDefault();
  }

  step(by) {
    const keys = [...this.dots.keys()];
    const next = keys[(keys.indexOf(this.chosen) + by + keys.length) % keys.length];
    const cut = next.lastIndexOf(" ");
    this.choose(next.slice(0, cut), next.slice(cut + 1), { look: false });
  }
}

export const sayPoint = (name, side) => `${name.replaceAll("_", " ")}${side === "middle" ? "" : `, ${side}`}`;

/* A curve through all points (Catmull and Rom), so that it bends with a point that is moved. */
function smooth(places) {
  const at = (i) => places[Math.min(Math.max(i, 0), places.length - 1)];
  let path = `M${places[0]}`;
  for (let i = 0; i < places.length - 1; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const first = [b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6];
    const second = [c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6];
    path += `C${first} ${second} ${c}`;
  }
  return path;
}
