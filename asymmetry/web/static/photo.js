/* One photo: points and numbers side by side; whatever is corrected is kept with its history. */

import { get, listen, patch, put, readWords, remove } from "./api.js";
import { ask, attempt, choice, field, h, keepFocus, refill, say } from "./dom.js";
import { Viewer, keyOf, sayPoint } from "./viewer.js";

const STATUS = { ok: "measured", warn: "measured, with caution" };
const EARLIEST = "1900";
const FIRST = ["brow_height", "mrd1", "fissure_height", "commissure_height", "commissure_excursion"];

export async function showPhoto(room, id) {
  const words = await readWords();
  let photo = await get(`/api/photos/${id}`);
  const patient = await get(`/api/patients/${photo.patient}`);
  const back = h("a", { class: "button", href: `#/patients/${photo.patient}` }, "Back to ", patient.name);
  room.append(h("div", { class: "head" }, h("h1", {}, photo.name), back,
    photo.size && h("a", { class: "button", href: `#/photos/${id}/compare` }, "Compare with another day")));
  if (photo.status === "queued") {
    room.append(h("p", { class: "empty" }, "This photo is being read."));
    let leave = listen(attempt(async (kind, news) => {
      const over = kind === "photo" && news.id === id && news.status !== "queued";
      const missed = kind === "open" && (await get(`/api/photos/${id}`)).status !== "queued";
      if (!over && !missed) return;
      leave();
      refill(room);
      leave = (await showPhoto(room, id)) ?? (() => {});
    }));
    return () => leave();
  }
  const status = h("div", {});
  const numbers = h("tbody", {});
  const history = h("ol", {});
  let turn = Promise.resolve();
  const inTurn = (action) => attempt(() => (turn = turn.catch(() => {}).then(action)));
  const undoButton = h("button", { onclick: inTurn(undo), disabled: true }, "Undo");
  const redoButton = h("button", { onclick: inTurn(redo), disabled: true }, "Redo");
  const resetButton = h("button", { onclick: inTurn(resetPoint), disabled: true }, "Reset this point");
  const allButton = h("button", { onclick: inTurn(resetAll), disabled: true }, "Reset all");
  const keys = Object.entries(photo.points).flatMap(([name, sides]) => Object.keys(sides).map((side) => [name, side]));
  const pointChoice = choice("point", [["", "choose a point"], ...keys.map(([name, side]) => [keyOf(name, side), sayPoint(name, side)])], "");
  const steps = { undo: [], redo: [] };
  const saved = new Map();
  let chosen = null;
  let viewer = null;

  const panel = h("div", {});
  const left = h("div", { class: "looker" });
  room.append(h("div", { class: "split" }, left, panel));
  if (photo.size) drawViewer();
  else if (photo.status !== "unreadable") left.append(h("img", { class: "whole", src: `/api/photos/${id}/image?width=1200`, alt: "The photo, in which no points were found" }));
  else left.append(h("p", { class: "empty" }, "This file can't be read as a photo."));
  refill(panel,
    h("section", { class: "sheet" }, h("h2", {}, "This photo"), status),
    photo.size && h("section", { class: "sheet" }, h("h2", {}, "Numbers"),
      h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Numbers" }, h("table", { class: "numbers" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Measure"), h("th", { scope: "col", class: "r" }, "right"),
          h("th", { scope: "col", class: "l" }, "left"), h("th", { scope: "col" }, "difference"))),
        numbers)),
      h("p", { class: "small soft" }, "± is the error of one photo, one standard deviation. Difference: right minus left.")),
    h("section", { class: "sheet" }, h("h2", {}, "Corrections"),
      h("div", { class: "history", tabIndex: 0, role: "region", "aria-label": "Corrections" }, history)));
  drawFacts();
  drawNumbers();
  await drawHistory(true);

  function drawViewer() {
    viewer = new Viewer({
      image: `/api/photos/${id}/image?width=2400&m=${photo.mirrored}`, size: photo.size, points: photo.points,
      corrected: photo.corrected, onmove: move,
      onchoose: (name, side) => {
        chosen = [name, side];
        pointChoice.value = keyOf(name, side);
        resetButton.disabled = false;
        say(sayPoint(name, side));
      },
    });
    pointChoice.setAttribute("aria-label", "Point");
    pointChoice.onchange = () => {
      const [name, side] = keys.find((each) => keyOf(...each) === pointChoice.value) ?? [];
      if (name) viewer.choose(name, side, { look: true });
    };
    const toggle = (layer, text) => h("button", { "aria-pressed": "true", onclick: (event) => {
      const on = event.target.getAttribute("aria-pressed") !== "true";
      event.target.setAttribute("aria-pressed", String(on));
      viewer.show(layer, on);
    } }, text);
    refill(left, viewer.node,
      h("div", { class: "row", id: "tools" }, pointChoice,
        h("button", { "aria-label": "Zoom in", onclick: () => viewer.zoom(1.4) }, "+"),
        h("button", { "aria-label": "Zoom out", onclick: () => viewer.zoom(1 / 1.4) }, "−"),
        h("button", { onclick: () => viewer.showAll() }, "Whole face"), toggle("lines", "Lines"), toggle("dots", "Points"),
        undoButton, redoButton, resetButton, allButton),
      h("p", { class: "small soft" }, "Drag a point, or choose one and use the arrow keys (1 pixel; with Shift 0.1). Zoom with the wheel, two fingers, + and −."));
  }

  /* While a point is dragged the numbers follow; one question at a time is under way. */
  let asking = false, next = null, latest = null;
  function move(step) {
    latest = step;
    if (step.dropped) {
      next = null;
      drawNumbers();
    } else if (step.done) {
      next = null;
      waiting.set(keyOf(step.name, step.side), step);
      attempt(keepAll)();
    } else if (asking) next = step;
    else attempt(preview)(step);
  }

  async function preview(step) {
    const { name, side, place } = step;
    asking = true;
    try {
      const told = await put(`/api/photos/${id}/points?preview=true`, { [name]: { [side]: place } });
      if (!latest.dropped) drawNumbers({ ...photo.metrics, ...told.metrics }, told);
    } finally {
      asking = false;
    }
    if (next) {
      const later = next;
      next = null;
      await preview(later);
    }
  }

  /* Steps that follow each other quickly are kept one after the other; the photo is read again at the end. */
  const waiting = new Map();
  let keeping = false;
  async function keepAll() {
    if (keeping) return;
    keeping = true;
    const told = { metrics: {}, noticeable: {} };
    try {
      while (waiting.size) {
        const [[key, step]] = waiting;
        waiting.delete(key);
        const answer = await keep(step);
        Object.assign(told.metrics, answer.metrics);
        told.noticeable = answer.noticeable;
      }
    } finally { // also after a fault: the page shows what is kept
      waiting.clear();
      keeping = false;
      await changed(told);
    }
  }

  async function keep({ name, side, place }) {
    const key = keyOf(name, side);
    const told = await put(`/api/photos/${id}/points`, { [name]: { [side]: place } });
    steps.undo.push({ name, side, before: saved.get(key) ?? null, after: place });
    steps.redo.length = 0;
    saved.set(key, place);
    say(`${sayPoint(name, side)} moved`);
    return told;
  }

  async function changed(told) {
    photo = await get(`/api/photos/${id}`);
    if (waiting.size || keeping) return;
    viewer.points = photo.points;
    viewer.moved = new Set(photo.corrected);
    viewer.place();
    drawNumbers(photo.metrics, told);
    drawFacts();
    await drawHistory(false);
  }

  const send = ({ name, side }, place) => (place
    ? put(`/api/photos/${id}/points`, { [name]: { [side]: place } })
    : remove(`/api/photos/${id}/points?name=${name}&side=${side}`));

  async function undo() {
    const step = steps.undo.pop();
    if (!step) return;
    steps.redo.push(step);
    saved.set(keyOf(step.name, step.side), step.before);
    await changed(await send(step, step.before));
    say(`${sayPoint(step.name, step.side)} put back`);
  }

  async function redo() {
    const step = steps.redo.pop();
    if (!step) return;
    steps.undo.push(step);
    saved.set(keyOf(step.name, step.side), step.after);
    await changed(await send(step, step.after));
    say(`${sayPoint(step.name, step.side)} moved again`);
  }

  async function resetPoint() {
    if (!chosen) return;
    const [name, side] = chosen;
    const before = saved.get(keyOf(name, side)) ?? null;
    if (!before) return;
    steps.undo.push({ name, side, before, after: null });
    saved.delete(keyOf(name, side));
    await changed(await send({ name, side }, null));
  }

  async function resetAll() {
    const told = await remove(`/api/photos/${id}/points`);
    steps.undo.length = steps.redo.length = 0;
    saved.clear();
    await changed(told);
    say("All points are as they were read");
  }

  function drawFacts() {
    const expression = choice("expression", Object.entries(words.expressions).filter(([name]) => name !== "unknown"), photo.expression);
    if (!words.expressions[photo.expression] || photo.expression === "unknown") expression.prepend(h("option", { value: "", selected: true }, "not known"));
    const taken = h("input", { name: "taken", type: "date", value: photo.taken?.slice(0, 10) ?? "" });
    const mirrored = h("input", { name: "mirrored", type: "checkbox", checked: photo.mirrored });
    expression.onchange = attempt(() => correct({ expression: expression.value || null }));
    const keepDay = attempt(async () => {
      if (!taken.isConnected || (taken.value && taken.value < EARLIEST)) return;
      if (taken.value !== (photo.taken?.slice(0, 10) ?? "")) await correct({ taken: taken.value || null });
    });
    let typed = false; // then each digit makes another day, and the last one counts
    taken.onpointerdown = () => { typed = false; };
    taken.onkeydown = (event) => {
      typed = event.key !== "Enter";
      if (!typed) keepDay();
    };
    taken.onchange = () => { if (!typed) keepDay(); };
    taken.onblur = keepDay;
    mirrored.onchange = attempt(async () => {
      await correct({ mirrored: mirrored.checked });
      if (viewer) drawViewer();
      await drawHistory(true); // the places of all steps are turned round, too
    });
    refill(status, 
      h("p", {}, h("span", { class: photo.status === "ok" ? "tag" : "tag warn" }, STATUS[photo.status] ?? "not measured"),
        photo.corrected.length > 0 && h("span", { class: "tag" }, `corrected by hand: ${photo.corrected.length}`),
        photo.excluded && h("span", { class: "tag bad" }, `left out: ${photo.excluded}`)),
      photo.reason && h("p", { class: "small" }, photo.reason),
      h("div", { class: "fields" }, field("Expression", expression), field("Day", taken)),
      h("label", { class: "check" }, mirrored, "Stored mirrored: turn it round"),
      h("div", { class: "row" },
        photo.excluded
          ? h("button", { onclick: attempt(() => correct({ excluded: null })) }, "Use this photo again")
          : h("button", { onclick: attempt(exclude) }, "Leave this photo out"),
        h("button", { class: "danger", onclick: attempt(erase) }, "Delete")));
  }

  async function correct(facts) {
    photo = await patch(`/api/photos/${id}`, facts);
    if (viewer) viewer.points = photo.points;
    keepFocus(status, drawFacts);
    drawNumbers();
    await drawHistory(false);
    say("Saved");
  }

  async function exclude() {
    const values = await ask("Leave this photo out", [field("Reason", h("input", { name: "reason", required: true, maxLength: 200, placeholder: "blurred" }))], { action: "Leave out" });
    if (values) await correct({ excluded: values.reason });
  }

  async function erase() {
    const sure = await ask(`Delete ${photo.name} for good?`, [], { action: "Delete for good", danger: true, text: "The photo, its points and its corrections are removed from this computer." });
    if (!sure) return;
    await remove(`/api/photos/${id}`);
    location.hash = `#/patients/${photo.patient}`;
  }

  function drawNumbers(metrics = photo.metrics, told = null) {
    const fresh = new Set(Object.keys(told?.metrics ?? {}));
    const noticeable = told?.noticeable ?? photo.noticeable;
    const names = Object.keys(words.metrics).filter((name) => words.metrics[name].columns.some((column) => metrics[column]?.value != null));
    names.sort((a, b) => rank(a) - rank(b));
    refill(numbers, ...names.map((name) => {
      const about = words.metrics[name];
      const cells = about.columns.map((column) => h("td", {}, sayNumber(metrics[column]), h("small", {}, sayError(metrics[column]))));
      const row = about.sides ? cells : [h("td"), h("td"), ...cells];
      const noticed = noticeable?.[name];
      return h("tr", { class: about.columns.some((column) => fresh.has(column)) ? "fresh" : null, "data-metric": name },
        h("th", { scope: "row", title: about.definition }, capital(about.title), h("small", {}, about.unit, noticed && ` · noticed: ${noticed}`)),
        row);
    }));
  }

  async function drawHistory(first) {
    const told = await get(`/api/photos/${id}/history`);
    if (first) {
      steps.undo.length = steps.redo.length = 0;
      saved.clear();
      for (const each of told.filter((one) => one.fact.startsWith("point "))) {
        const key = each.fact.slice(6), cut = key.lastIndexOf(" ");
        const [name, side] = [key.slice(0, cut), key.slice(cut + 1)];
        steps.undo.push({ name, side, before: each.old, after: each.new });
        if (each.new) saved.set(key, each.new);
        else saved.delete(key);
      }
    }
    refill(history, ...[...told].reverse().map((each) => h("li", {},
      `${new Date(each.at).toLocaleString()}: ${each.fact.replace(/^point /, "").replaceAll("_", " ")}, ${sayValue(each.old)} → ${sayValue(each.new)}`,
      h("span", { class: "soft" }, ` (${each.who})`))));
    if (!told.length) refill(history, h("li", { class: "soft" }, "Nothing was corrected."));
    undoButton.disabled = !steps.undo.length;
    redoButton.disabled = !steps.redo.length;
    allButton.disabled = !photo.corrected.length;
  }

  return undefined;
}

const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const sayNumber = (metric) => (metric?.value == null ? "–" : metric.value.toFixed(1).replace("-", "−"));
const sayError = (metric) => (metric?.value == null || metric.sd == null ? "" : `± ${metric.sd.toFixed(1)}`);
const sayValue = (value) => (value === null ? "as read" : Array.isArray(value) ? value.map((each) => each.toFixed(1)).join(", ") : String(value));
