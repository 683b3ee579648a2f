/* The patients of this computer. */

import { bring, get, listen, post, tellRefused } from "./api.js";
import { ask, attempt, choice, field, h, refill, say } from "./dom.js";

export const SIDES = [["", "not stated"], ["right", "right (the patient's own)"], ["left", "left (the patient's own)"]];
export const SETTINGS = [["home", "at home, by the patient"], ["clinic", "in a clinic, always alike"]];

/* The facts about a patient, as a form and out of it. */
export function factFields(patient = { name: "", treatments: [] }) {
  const treated = h("div", {}, patient.treatments.map(treatmentRow));
  const more = h("button", { type: "button", onclick: () => {
    treated.append(treatmentRow());
    treated.lastChild.querySelector("input").focus();
  } }, "Add a treatment");
  return [
    field("Name or pseudonym", h("input", { name: "name", required: true, maxLength: 200, autocomplete: "off", value: patient.name })),
    field("Affected side", choice("affected", SIDES, patient.affected)),
    field("Photos are taken", choice("setting", SETTINGS, patient.setting)),
    h("fieldset", { class: "wide" }, h("legend", {}, "Treatments"), treated, more)];
}

function treatmentRow({ date, note } = { date: "", note: "" }) {
  const row = h("div", { class: "treated" },
    field("Day", h("input", { name: "date", type: "date", required: true, value: date })),
    field("What was done (optional)", h("input", { name: "note", maxLength: 2000, value: note, autocomplete: "off" })),
    h("button", { type: "button", class: "plain", onclick: () => row.remove() }, "Remove"));
  return row;
}

export function readFacts(values) {
  const notes = values.getAll("note");
  return {
    name: values.get("name"), affected: values.get("affected") || null, setting: values.get("setting"),
    treatments: values.getAll("date").map((date, i) => ({ date, note: notes[i] })),
  };
}

export async function showPatients(room) {
  const list = h("ul", { class: "cards", "aria-label": "Patients" });
  const search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search patients", oninput: () => draw() });
  const file = h("input", { type: "file", accept: ".zip", class: "unseen", tabIndex: -1, "aria-hidden": "true", onchange: attempt(importZip) });
  const folder = h("input", { type: "file", multiple: true, class: "unseen", tabIndex: -1, "aria-hidden": "true", onchange: attempt(importFolder) });
  folder.webkitdirectory = true;
  const told = h("p", { class: "soft", role: "status" });
  const everything = h("a", { class: "button", href: "/api/export.zip", download: "" }, "Export all");
  room.append(
    h("div", { class: "head" }, h("h1", {}, "Patients"), search,
      h("button", { class: "main", onclick: attempt(addPatient) }, "New patient"),
      h("button", { onclick: () => file.click() }, "Import a zip"), file,
      h("button", { onclick: () => folder.click() }, "Import a folder"), folder, everything),
    told, list);
  let patients = await get("/api/patients");
  draw();

  function draw() {
    everything.hidden = !patients.length;
    const wanted = plain(search.value.trim());
    const found = patients.filter((each) => plain(each.name).includes(wanted));
    const isTwice = ({ id, name }) => patients.some((each) => each.id !== id && plain(each.name) === plain(name));
    refill(list, ...found.map((each) => card(each, isTwice(each))));
    if (!found.length) {
      const text = patients.length ? "Nobody is called so." : "No patients yet. Add the first one; a pseudonym is enough.";
      refill(list, h("li", { class: "empty" }, text));
    }
  }

  async function addPatient() {
    let made;
    const save = async (values) => { made = await post("/api/patients", readFacts(values)); };
    if (await ask("New patient", factFields(), { action: "Add", save })) location.hash = `#/patients/${made.id}`;
  }

  async function importZip() {
    const [chosen] = file.files;
    if (!chosen) return;
    await bringAll("archive", [chosen], `Importing ${chosen.name} …`);
  }

  async function importFolder() {
    if (!folder.files.length) return;
    await bringAll("files", [...folder.files], `Importing ${folder.files.length} files …`);
  }

  async function bringAll(name, files, text) {
    told.textContent = text;
    file.value = folder.value = "";
    try {
      open(await bring("/api/import", name, files));
    } finally {
      told.textContent = "";
    }
  }

  function open({ patients: made, refused }) {
    say(made.length === 1 ? "1 patient is imported" : `${made.length} patients are imported`);
    if (refused.length) throw new Error(`Imported, but not all: ${tellRefused(refused)}`);
    if (made.length === 1) location.hash = `#/patients/${made[0].id}`;
  }

  return listen(attempt(async (kind) => {
    if (kind === "photo") return;
    patients = await get("/api/patients");
    draw();
  }));
}

/* Letters without case and accents, however they are written. */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/* Of several patients of one name each shows its number, as the command line asks for it. */
function card(patient, isTwice) {
  const last = patient.treatments.at(-1);
  return h("li", {}, h("a", { class: "card", href: `#/patients/${patient.id}` },
    h("strong", { dir: "auto" }, patient.name),
    h("span", { class: "row" },
      patient.demo && h("span", { class: "tag warn" }, "demo"),
      patient.affected && h("span", { class: "tag side" }, `affected: ${patient.affected}`),
      h("span", { class: "tag" }, patient.photos === 1 ? "1 photo" : `${patient.photos} photos`),
      last && h("span", { class: "tag" }, `treated ${last.date}`),
      isTwice && h("span", { class: "tag" }, `number ${patient.id}`))));
}
