/* The report: choices, a look at it, and the file. */

import { get, getFile, readWords } from "./api.js";
import { attempt, choice, field, h, refill } from "./dom.js";

const LONG = 60000;

/* The same report with bruises and swellings, opened at their maps. */
export const showSkin = (room, id) => showReport(room, id, true);

export async function showReport(room, id, atSkin = false) {
  const [words, patient, photos] = await Promise.all([readWords(), get(`/api/patients/${id}`), get(`/api/patients/${id}/photos?summary=true`)]);
  const days = [...new Set(photos.map((each) => each.taken?.slice(0, 10)).filter(Boolean))].sort();
  const faces = h("input", { type: "checkbox", checked: true });
  const skin = h("input", { type: "checkbox", checked: atSkin });
  const pseudonym = h("input", { maxLength: 80, autocomplete: "off" });
  const language = choice("language", Object.entries(words.languages), "en");
  const audience = choice("audience", [["both", "patient and clinic"], ["patient", "patient"], ["clinic", "clinic"]], "both");
  const paper = choice("paper", [["A4", "A4"], ["Letter", "Letter"]], "A4");
  const ticks = days.map((day) => h("input", { type: "checkbox", checked: true, value: day }));
  const frame = h("iframe", { class: "preview", title: "The report" });
  const html = h("a", { class: "button", onclick: attempt(save) }, "Save as HTML");
  const pdf = h("a", { class: "button", onclick: attempt(save) }, "Save as PDF");
  const told = h("p", { class: "soft", role: "status" });
  const form = h("form", { class: "sheet", onsubmit: (event) => event.preventDefault(), onchange: draw },
    h("div", { class: "fields" },
      field("Pseudonym (file names are then left out)", pseudonym),
      field("For", audience), field("Language", language), field("Paper of the PDF", paper),
      h("label", { class: "check" }, faces, "Show the faces"),
      h("label", { class: "check" }, skin, "Also bruises and swellings (takes longer)")),
    days.length > 1 && h("details", {}, h("summary", {}, "Days in the report"),
      h("div", { class: "row" }, ticks.map((tick) => h("label", { class: "check" }, tick, tick.value)))),
    h("div", { class: "row" }, html, pdf), told);
  room.append(
    h("div", { class: "head" }, h("h1", {}, `${atSkin ? "Skin" : "Report"}: ${patient.name}`), h("a", { class: "button", href: `#/patients/${id}` }, "Back")),
    form, frame);
  if (!photos.some((each) => each.status !== "queued")) {
    form.replaceWith(h("p", { class: "empty" }, "No photo has been read yet."));
    frame.remove();
    return;
  }
  frame.addEventListener("load", () => {
    const shown = frame.contentDocument; // none of a report, which is in a place apart
    const problem = shown?.contentType.endsWith("json");
    refill(told, problem && JSON.parse(shown.body.textContent).detail);
    frame.classList.toggle("waiting", Boolean(problem));
  });
  draw();

  /* A browser does not say why a link brings no file. */
  async function save(event) {
    event.preventDefault();
    const { href, download } = event.currentTarget;
    refill(told, "Writing the file…");
    try {
      const file = URL.createObjectURL(await getFile(href));
      h("a", { href: file, download }).click();
      setTimeout(() => URL.revokeObjectURL(file), LONG);
    } finally {
      refill(told);
    }
  }

  function draw() {
    const chosen = new URLSearchParams({ photos: faces.checked, skin: skin.checked, pseudonym: pseudonym.value, language: language.value, audience: audience.value, paper: paper.value });
    const kept = ticks.filter((tick) => tick.checked);
    const none = ticks.length > 0 && !kept.length;
    refill(told, none ? "Choose at least one day." : skin.checked && "Reading the skin of each photo…");
    for (const each of [html, pdf, frame]) each.hidden = none;
    frame.classList.add("waiting");
    if (none) return;
    if (kept.length < ticks.length) for (const tick of kept) chosen.append("day", tick.value);
    const name = pseudonym.value.trim() || patient.name;
    html.download = `${name}.html`;
    pdf.download = `${name}.pdf`;
    html.href = `/api/patients/${id}/report.html?${chosen}`;
    pdf.href = `/api/patients/${id}/report.pdf?${chosen}`;
    frame.src = atSkin && skin.checked ? `${html.href}#skin` : html.href;
  }
}
