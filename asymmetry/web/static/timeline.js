/* A patient: what changed, courses over days, and the photos by day. */

import { bring, get, listen, patch, post, readWords, remove, tellRefused } from "./api.js";
import { drawChart, drawTable } from "./chart.js";
import { ask, attempt, choice, field, h, keepFocus, refill, say } from "./dom.js";
import { factFields, readFacts } from "./patients.js";

const SHOWN_METRICS = [
  "brow_height", "mrd1", "fissure_height", "commissure_height", "brow_excursion", "eye_closure", "residual_gap",
  "commissure_lift", "commissure_travel",
];
const PAUSE = 700, AT_ONCE = 20;

export async function showTimeline(room, id) {
  const words = await readWords();
  const getAll = () => Promise.all([
    get(`/api/patients/${id}`), get(`/api/patients/${id}/photos?summary=true`), get(`/api/patients/${id}/notes`)]);
  let [patient, photos, notes] = await getAll();
  const changes = h("section", { class: "sheet", "aria-labelledby": "changes" });
  const plots = h("section", { class: "sheet", "aria-labelledby": "plots" });
  const days = h("div", { class: "days" });
  const head = h("div", { class: "head" });
  const queue = h("div", { class: "small soft", role: "status" });
  const file = h("input", {
    type: "file", multiple: true, accept: "image/*,.heic,.heif", class: "unseen", tabIndex: -1, "aria-hidden": "true",
    onchange: attempt(() => { const files = [...file.files]; file.value = ""; return add(files); }),
  });
  const drop = h("div", { class: "empty drop" },
    h("div", { class: "row middle" }, h("span", {}, "Drop photos here, or"),
      h("button", { class: "main", onclick: () => file.click() }, "Choose photos"), file,
      h("a", { class: "button", href: `#/patients/${id}/capture` }, "Take photos")), queue);
  const filters = h("div", { class: "row" });
  room.append(head, drop, changes, plots, h("section", { class: "sheet", "aria-labelledby": "photos" }, filters, days));
  const chosen = { expression: "", status: "" };
  let series = { labels: {}, days: {}, review: [] }; // as the changes were last told
  let bringing = "";
  const metric = choice("metric", SHOWN_METRICS.filter((name) => words.metrics[name]).map((name) =>
    [name, words.metrics[name].title]), "brow_height");
  const chart = h("div", {});
  metric.setAttribute("aria-label", "Measure");
  metric.addEventListener("change", attempt(drawCourse));

  drawHead();
  drawFilters();
  drawDays();
  requestAnimationFrame(attempt(drawResults));

  function drawHead() {
    refill(head,
      h("h1", { dir: "auto" }, patient.name),
      patient.demo && h("span", { class: "tag warn" }, "demo: synthetic asymmetry"),
      patient.affected && h("span", { class: "tag side" }, `affected: ${patient.affected}`),
      ...patient.treatments.map((each) => h("span", { class: "tag" }, `treated ${each.date}${each.note ? `: ${each.note}` : ""}`)),
      h("div", { class: "row" },
        h("button", { onclick: attempt(edit) }, "Edit"),
        h("a", { class: "button", href: `#/patients/${id}/report` }, "Report"),
        h("a", { class: "button", href: `#/patients/${id}/skin` }, "Skin"),
        h("a", { class: "button", href: `/api/patients/${id}/export.zip`, download: "" }, "Export"),
        h("button", { class: "danger", onclick: attempt(erase) }, "Delete")));
  }

  function drawFilters() {
    const seen = [...new Set(photos.map(labelOf).filter(Boolean))].sort(byOrder);
    const byExpression = choice("by", [["", "all expressions"], ...seen.map((each) => [each, words.expressions[each] ?? each])], chosen.expression);
    const byStatus = choice("st", [["", "all photos"], ["used", "used"], ["not", "not used"]], chosen.status);
    byExpression.setAttribute("aria-label", "Show expressions");
    byStatus.setAttribute("aria-label", "Show photos");
    byExpression.addEventListener("change", () => { chosen.expression = byExpression.value; drawDays(); });
    byStatus.addEventListener("change", () => { chosen.status = byStatus.value; drawDays(); });
    refill(filters, h("h2", { id: "photos" }, "Photos"), byExpression, byStatus,
      h("button", { onclick: attempt(writeNote) }, "Add a note"));
  }

  function drawQueue() {
    const waiting = photos.filter((each) => each.status === "queued").length;
    refill(queue, bringing && h("p", {}, bringing), waiting > 0 && [
      h("p", {}, `Reading: ${waiting} of ${photos.length} photos wait.`),
      h("progress", { max: photos.length, value: photos.length - waiting, "aria-label": "Photos read" })]);
  }

  function drawDays() {
    drawQueue();
    const shown = photos.filter((each) => (!chosen.expression || labelOf(each) === chosen.expression)
      && (!chosen.status || (chosen.status === "used") === isUsed(each)));
    const groups = new Map();
    const known = photos.find((each) => each.taken && dayOf(each) != null);
    const zero = known ? Date.parse(known.taken.slice(0, 10)) - dayOf(known) * 864e5 : Date.parse(patient.treatments[0]?.date);
    const count = (date) => (Number.isNaN(zero) ? null : (Date.parse(date) - zero) / 864e5);
    for (const note of notes) groups.set(note.date, { day: count(note.date), photos: [], notes: [] });
    for (const photo of shown) {
      const date = photo.taken?.slice(0, 10) ?? "";
      if (!groups.has(date)) groups.set(date, { day: dayOf(photo), photos: [], notes: [] });
      groups.get(date).photos.push(photo);
      groups.get(date).day ??= dayOf(photo);
    }
    for (const note of notes) groups.get(note.date).notes.push(note);
    const dates = [...groups.keys()].sort((a, b) => (b || "0").localeCompare(a || "0"));
    refill(days, ...dates.map((date) => drawDay(date, groups.get(date))));
    if (!dates.length) days.append(h("p", { class: "soft" }, "No photos yet."));
  }

  function drawDay(date, { day, photos: some, notes: written }) {
    const counted = day === null || day === undefined ? "" : `day ${String(day).replace("-", "−")}`;
    return h("section", { class: "day", "aria-label": date || "no date" },
      h("header", {}, h("h3", {}, date || "No date"), h("span", { class: "soft" }, counted)),
      written.map((note) => h("div", { class: "note" }, h("span", { dir: "auto" }, note.text),
        h("button", { class: "plain small", "aria-label": `Delete the note: ${note.text}`, onclick: attempt(() => eraseNote(note)) }, "delete"))),
      h("ul", { class: "thumbs" }, [...some].sort((a, b) => byOrder(labelOf(a), labelOf(b))).map(drawThumb)));
  }

  /* The expression, as it is known or as it was read from the face. */
  function labelOf(photo) {
    return photo.expression ?? series.labels[photo.id] ?? "";
  }

  /* The day as courses count it. */
  function dayOf({ id: number, day }) {
    return number in series.days ? series.days[number] : day;
  }

  function isUsed({ name, status, excluded }) {
    return ["ok", "warn"].includes(status) && !excluded && !series.review.some((each) => !each.used && each.photo === name);
  }

  function byOrder(a, b) {
    const order = Object.keys(words.expressions);
    return order.indexOf(a) - order.indexOf(b);
  }

  function drawThumb(photo) {
    const used = isUsed(photo);
    const label = labelOf(photo) === "unknown" ? "" : words.expressions[labelOf(photo)] ?? labelOf(photo);
    const frame = h("span", { class: "frame" });
    if (photo.status === "queued") frame.append("reading …");
    else if (photo.status === "unreadable") frame.append("not a photo");
    else frame.append(h("img", { src: `/api/photos/${photo.id}/image?width=260`, alt: "", loading: "lazy", width: 136, height: 170, decoding: "async" }));
    return h("li", {}, h("a", { class: used ? "thumb" : "thumb out", href: `#/photos/${photo.id}` }, frame,
      h("span", { class: "say" }, label || photo.name, label && !photo.expression && h("span", { class: "soft" }, " (guessed)"),
        photo.corrected.length > 0 && h("span", { class: "tag" }, "corrected"),
        photo.mirrored && h("span", { class: "tag" }, "turned round"),
        photo.status === "warn" && h("span", { class: "tag warn" }, "caution"),
        !used && photo.status !== "queued" && h("span", { class: "tag bad" }, "not used"),
        h("span", { class: "unseen" }, ` ${photo.name} ${photo.reason}`))));
  }

  async function drawResults() {
    if (!photos.some((each) => each.status !== "queued")) {
      refill(changes, h("h2", { id: "changes" }, "What changed"), h("p", { class: "soft" }, "Nothing has been read yet."));
      plots.hidden = true;
      return;
    }
    const told = series = await get(`/api/patients/${id}/changes`);
    keepFocus(filters, drawFilters);
    keepFocus(days, drawDays);
    const failed = photos.filter((each) => !["ok", "warn", "queued"].includes(each.status));
    const left = [...failed.map(({ name, reason }) => ({ photo: name, reason })), ...told.review.filter((each) => !each.used)];
    const aside = new Set(left.map((each) => each.photo)).size;
    refill(changes,
      h("h2", { id: "changes" }, "What changed"),
      told.findings.length
        ? h("ul", { class: "findings" }, told.findings.map((each) => h("li", {}, each.words)))
        : h("p", {}, told.changes.length
          ? "No change is beyond measurement error."
          : "Nothing to compare yet: that needs photos of the same expression from at least two days."),
      left.length > 0 && h("details", {}, h("summary", {}, `Not used: ${aside === 1 ? "1 photo" : `${aside} photos`}`),
        h("ul", { class: "notused small" }, left.map((each) => h("li", {}, linkTo(each.photo), `: ${each.reason}`)))),
      h("p", { class: "small soft" }, "A measurement, not a diagnosis. Sides are the patient's own."));
    plots.hidden = false;
    refill(plots, h("div", { class: "row" }, h("h2", { id: "plots" }, "Course"), metric), chart);
    await drawCourse();
  }

  function linkTo(name) {
    const { id: number } = photos.find((each) => each.name === name) ?? {};
    return number ? h("a", { href: `#/photos/${number}` }, name) : name;
  }

  async function drawCourse() {
    const about = words.metrics[metric.value];
    const sides = about?.sides === false ? [] : ["right", "left", "diff"];
    const found = await Promise.allSettled(sides.map((side) => get(`/api/patients/${id}/course?metric=${metric.value}&side=${side}`)));
    const courses = found.flatMap((each, i) => (each.status === "fulfilled" ? [{ side: sides[i], ...each.value }] : []));
    if (!courses.some((each) => each.day.length)) {
      refill(chart, h("p", { class: "soft" }, "No photos for this measure yet."));
      return;
    }
    const treated = patient.treatments.map((each) => (Date.parse(each.date) - Date.parse(patient.treatments[0].date)) / 864e5);
    const sided = courses.filter((each) => each.side !== "diff");
    const apart = courses.filter((each) => each.side === "diff");
    const unit = about?.unit ?? "mm";
    const width = chart.clientWidth;
    const expression = words.expressions[courses[0].expression] ?? "";
    const plan = { unit, treated, width, phases: words.phases };
    refill(chart,
      h("p", { class: "small soft" }, `${about?.definition ?? ""} ${expression && `Photos: ${expression}.`} Bands: 95 %.`),
      drawChart(sided, { ...plan, title: `${about?.title}, right and left over days; the table below has the numbers` }),
      drawChart(apart, { ...plan, title: `${about?.title}, right minus left over days; the table below has the numbers` }),
      h("details", {}, h("summary", {}, "The same as a table"),
        h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Course as a table" },
          drawTable(courses, { title: about?.title, unit }))));
  }

  /* A page that is left or loaded anew brings no more of them. */
  const stay = (event) => event.preventDefault();

  /* Some at a time, so that the first are read while the others come. */
  async function add(files) {
    const all = [...files], refused = [];
    addEventListener("beforeunload", stay);
    try {
      await addSome(all, refused);
    } finally {
      removeEventListener("beforeunload", stay);
      bringing = "";
      drawQueue();
    }
    await refresh();
    if (refused.length) throw new Error(tellRefused(refused));
  }

  async function addSome(all, refused) {
    for (let i = 0; i < all.length; i += AT_ONCE) {
      bringing = all.length > AT_ONCE ? `Bringing: ${i} of ${all.length} photos.` : "Bringing photos.";
      drawQueue();
      say(bringing);
      try {
        const made = await bring(`/api/patients/${id}/photos`, "photos", all.slice(i, i + AT_ONCE));
        refused.push(...made.refused);
      } catch (error) {
        if (!error.refused) throw error;
        refused.push(...error.refused);
      }
    }
  }

  async function refresh() {
    [patient, photos, notes] = await getAll();
    keepFocus(head, drawHead);
    keepFocus(filters, drawFilters);
    keepFocus(days, drawDays);
  }

  async function writeNote() {
    const today = new Date().toLocaleDateString("sv");
    const save = async (values) => {
      notes.push(await post(`/api/patients/${id}/notes`, { date: values.get("date"), text: values.get("text") }));
    };
    const written = await ask("A note", [
      field("Day", h("input", { name: "date", type: "date", required: true, value: today })),
      field("Text", h("textarea", { name: "text", required: true, maxLength: 2000, rows: 3 }))], { save });
    if (written) drawDays();
  }

  async function eraseNote(note) {
    if (!(await ask("Delete the note for good?", [], { action: "Delete for good", danger: true, text: note.text }))) return;
    await remove(`/api/patients/${id}/notes/${note.id}`);
    notes = notes.filter((each) => each !== note);
    drawDays();
  }

  /* Sends only the facts that were changed here: another tab may have changed the rest. */
  async function edit() {
    const before = patient = await get(`/api/patients/${id}`);
    const save = async (values) => {
      const facts = Object.entries(readFacts(values)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
      patient = await patch(`/api/patients/${id}`, Object.fromEntries(facts));
    };
    if (!(await ask("Edit the patient", factFields(patient), { save }))) return;
    await refresh();
    await drawResults();
  }

  async function erase() {
    const sure = await ask(`Delete ${patient.name} for good?`, [], {
      action: "Delete for good", danger: true,
      text: "All photos, points, notes and corrections of this patient are removed from this computer. This can't be undone.",
    });
    if (!sure) return;
    await remove(`/api/patients/${id}`);
    location.hash = "#/";
  }

  const over = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    document.body.classList.toggle("over", event.type !== "dragleave" && event.type !== "drop");
    if (event.type === "drop") attempt(add)([...event.dataTransfer.files]);
  };
  for (const kind of ["dragover", "dragleave", "drop"]) document.body.addEventListener(kind, over);

  let pause = null;
  const end = listen((kind, news) => {
    const missed = kind === "open" && photos.some((each) => each.status === "queued");
    if (!missed && news.patient !== id && news.id !== id) return;
    pause ??= setTimeout(attempt(async () => {
      pause = null;
      await refresh();
      const waiting = photos.filter((each) => each.status === "queued").length;
      say(waiting ? `${waiting} photos wait` : "All photos are read");
      if (!waiting) await drawResults();
    }), PAUSE);
  });
  return () => {
    end();
    clearTimeout(pause);
    for (const kind of ["dragover", "dragleave", "drop"]) document.body.removeEventListener(kind, over);
  };
}
