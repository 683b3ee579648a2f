/* One photo: points and numbers side by side; whatever is corrected is kept with its history. */

import { get, listen, patch, put, readWords, remove } from "./api.js";
import { ask, attempt, choice, field, h, keepFocus, refill, say } from "./dom.js";
import { Viewer, keyOf, sayPoint } from "./viewer.js";

const STATUS = { ok: "measured", warn: "measured, with caution" };
const NOTICED = { likely: "likely", possible: "possibly", unlikely: "unlikely" };
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
  let mine = 0; // corrections of this page that are under way
  const own = async (action) => {
    mine++;
    try {
      return await action();
    } finally {
      mine--;
    }
  };
  const inTurn = (action) => attempt(() => (turn = turn.catch(() => {}).then(() => own(action))));
  const undoButton = h("button", { onclick: inTurn(undo), disabled: true }, "Undo");
  const redoButton = h("button", { onclick: inTurn(redo), disabled: true }, "Redo");
  const resetButton = h("button", { onclick: inTurn(() => reset(moved().filter((each) => keyOf(...each) === keyOf(...(chosen ?? []))))), disabled: true }, "Reset this point");
  const allButton = h("button", { onclick: inTurn(() => reset(moved())), disabled: true }, "Reset all");
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
      h("p", { class: "small soft" }, "± is the error of one photo, one standard deviation. Difference: right minus left. Millimetres are those of this photo alone; courses and reports use one scale for all photos of a patient.")),
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
    const told = { metrics: {} };
    try {
      while (waiting.size) {
        const [[key, step]] = waiting;
        waiting.delete(key);
        Object.assign(told.metrics, (await keep(step)).metrics);
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
    did([{ name, side, before: saved.get(key) ?? null, after: place }]);
    say(`${sayPoint(name, side)} moved`);
    return told;
  }

  /* A step is a list of moves that are undone together. */
  function did(step) {
    steps.undo.push(step);
    steps.redo.length = 0;
    for (const { name, side, after } of step) saved.set(keyOf(name, side), after);
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

  /* Puts each point of a step to where it was before or after it. */
  async function go(step, time) {
    const told = { metrics: {} };
    for (const { name, side, [time]: place } of step) {
      const answer = await (place
        ? put(`/api/photos/${id}/points`, { [name]: { [side]: place } })
        : remove(`/api/photos/${id}/points?name=${name}&side=${side}`));
      saved.set(keyOf(name, side), place);
      Object.assign(told.metrics, answer.metrics);
    }
    await changed(told);
    say(step.length === 1 ? `${sayPoint(step[0].name, step[0].side)} is back` : `${step.length} points are back`);
  }

  async function undo() {
    const step = steps.undo.pop();
    if (!step) return;
    steps.redo.push(step);
    await go(step, "before");
  }

  async function redo() {
    const step = steps.redo.pop();
    if (!step) return;
    steps.undo.push(step);
    await go(step, "after");
  }

  const moved = () => keys.filter((each) => saved.get(keyOf(...each)));

  async function reset(points) {
    const step = points.map(([name, side]) => ({ name, side, before: saved.get(keyOf(name, side)), after: null }));
    if (!step.length) return;
    did(step);
    await go(step, "after");
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
      h("div", { class: "fields" }, field(photo.guessed ? "Expression (guessed)" : "Expression", expression), field("Day", taken)),
      photo.guessed && words.expressions[photo.expression] && h("button", { onclick: attempt(() => correct({ expression: photo.expression })) },
        `Confirm: ${words.expressions[photo.expression]}`),
      h("label", { class: "check" }, mirrored, "Stored mirrored: turn it round"),
      h("div", { class: "row" },
        photo.excluded
          ? h("button", { onclick: attempt(() => correct({ excluded: null })) }, "Use this photo again")
          : h("button", { onclick: attempt(exclude) }, "Leave this photo out"),
        h("button", { class: "danger", onclick: attempt(erase) }, "Delete")));
  }

  async function correct(facts) {
    await own(async () => {
      photo = await patch(`/api/photos/${id}`, facts);
      if (viewer) viewer.points = photo.points;
      keepFocus(status, drawFacts);
      drawNumbers();
      await drawHistory(false);
      say("Saved");
    });
  }

  async function exclude() {
    const reason = h("input", { name: "reason", required: true, maxLength: 200, placeholder: "blurred" });
    const save = (values) => correct({ excluded: values.get("reason") });
    await ask("Leave this photo out", [field("Reason", reason)], { action: "Leave out", save });
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
        h("th", { scope: "row", title: about.definition }, capital(about.title), h("small", {}, about.unit, noticed && ` · others notice it: ${NOTICED[noticed]}`)),
        row);
    }));
  }

  async function drawHistory(first) {
    const told = await get(`/api/photos/${id}/history`);
    if (first) {
      steps.undo.length = steps.redo.length = 0;
      saved.clear();
      for (const each of told.filter((one) => one.fact.startsWith("point "))) retrace(each);
    }
    refill(history, ...[...told].reverse().map((each) => h("li", {},
      `${new Date(each.at).toLocaleString()}: ${each.fact.replace(/^point /, "").replaceAll("_", " ")}, ${sayValue(each.old)} → ${sayValue(each.new)}`,
      h("span", { class: "soft" }, ` (${each.who})`))));
    if (!told.length) refill(history, h("li", { class: "soft" }, "Nothing was corrected."));
    undoButton.disabled = !steps.undo.length;
    redoButton.disabled = !steps.redo.length;
    allButton.disabled = !photo.corrected.length;
  }

  /* What was undone and not done again is no step of its own, also after the page was loaded anew. */
  function retrace({ fact, old: before, new: after }) {
    const key = fact.slice(6), cut = key.lastIndexOf(" ");
    const move = { name: key.slice(0, cut), side: key.slice(cut + 1), before, after };
    const [last] = steps.undo.at(-1) ?? [], [next] = steps.redo.at(-1) ?? [];
    if (last && isMove(last, { ...move, before: after, after: before })) steps.redo.push(steps.undo.pop());
    else if (next && isMove(next, move)) steps.undo.push(steps.redo.pop());
    else did([move]);
    saved.set(key, after);
  }

  /* Another tab, or a program, may correct this photo, too. */
  async function hear(kind, news) {
    if (kind === "patient" ? news.id !== photo.patient : kind === "photo" && news.id !== id) return;
    const atWork = () => mine > 0 || keeping || waiting.size > 0 || viewer?.busy;
    if (atWork()) return;
    const now = await get(`/api/photos/${id}`);
    if (atWork() || JSON.stringify(now) === JSON.stringify(photo)) return;
    photo = now;
    if (viewer) drawViewer();
    keepFocus(status, drawFacts);
    drawNumbers();
    await drawHistory(true);
    say("Corrected in another place");
  }

  room.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("input")) return;
    event.preventDefault();
    (event.shiftKey ? redoButton : undoButton).click();
  });
  return listen(attempt(hear));
}

const isMove = (a, b) => a.name === b.name && a.side === b.side
  && String(a.before) === String(b.before) && String(a.after) === String(b.after);

const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const sayNumber = (metric) => (metric?.value == null ? "–" : metric.value.toFixed(1).replace("-", "−"));
const sayError = (metric) => (metric?.value == null || metric.sd == null ? "" : `± ${metric.sd.toFixed(1)}`);
const sayValue = (value) => (value === null ? "as read" : Array.isArray(value) ? value.map((each) => each.toFixed(1)).join(", ") : String(value));
