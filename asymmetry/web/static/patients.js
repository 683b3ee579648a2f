/* The patients of this computer. */

import { bring, get, listen, post } from "./api.js";
import { ask, attempt, choice, field, h, refill, say } from "./dom.js";

export const SIDES = [["", "not stated"], ["right", "right (the patient's own)"], ["left", "left (the patient's own)"]];
export const SETTINGS = [["home", "at home, by the patient"], ["clinic", "in a clinic, always alike"]];

export async function showPatients(room) {
  const list = h("ul", { class: "cards", "aria-label": "Patients" });
  const search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search patients", oninput: () => draw() });
  const file = h("input", { type: "file", accept: ".zip", class: "unseen", tabIndex: -1, "aria-hidden": "true", onchange: attempt(importZip) });
  const folder = h("input", { type: "file", multiple: true, class: "unseen", tabIndex: -1, "aria-hidden": "true", onchange: attempt(importFolder) });
  folder.webkitdirectory = true;
  room.append(
    h("div", { class: "head" }, h("h1", {}, "Patients"), search,
      h("button", { class: "main", onclick: attempt(addPatient) }, "New patient"),
      h("button", { onclick: () => file.click() }, "Import a zip"), file,
      h("button", { onclick: () => folder.click() }, "Import a folder"), folder),
    list);
  let patients = await get("/api/patients");
  draw();

  function draw() {
    const wanted = search.value.trim().toLowerCase();
    const found = patients.filter((each) => each.name.toLowerCase().includes(wanted));
    refill(list, ...found.map(card));
    if (!found.length) {
      const text = patients.length ? "Nobody is called so." : "No patients yet. Add the first one; a pseudonym is enough.";
      refill(list, h("li", { class: "empty" }, text));
    }
  }

  async function addPatient() {
    const values = await ask("New patient", [
      field("Name or pseudonym", h("input", { name: "name", required: true, maxLength: 200, autocomplete: "off" })),
      field("Affected side", choice("affected", SIDES)),
      field("Photos are taken", choice("setting", SETTINGS)),
      field("Treated on (optional)", h("input", { name: "date", type: "date" })),
    ], { action: "Add" });
    if (!values) return;
    const treatments = values.date ? [{ date: values.date, note: "" }] : [];
    const made = await post("/api/patients", {
      name: values.name, affected: values.affected || null, setting: values.setting, treatments,
    });
    location.hash = `#/patients/${made.id}`;
  }

  async function importZip() {
    const [chosen] = file.files;
    if (!chosen) return;
    say(`Importing ${chosen.name}`);
    const made = await bring("/api/import", "archive", [chosen]);
    location.hash = `#/patients/${made.id}`;
  }

  async function importFolder() {
    if (!folder.files.length) return;
    say(`Importing ${folder.files.length} files`);
    const made = await bring("/api/import", "files", folder.files);
    location.hash = `#/patients/${made.id}`;
  }

  return listen(attempt(async (kind) => {
    if (kind === "photo") return;
    patients = await get("/api/patients");
    draw();
  }));
}

function card(patient) {
  const last = patient.treatments.at(-1);
  return h("li", {}, h("a", { class: "card", href: `#/patients/${patient.id}` },
    h("strong", {}, patient.name),
    h("span", { class: "row" },
      patient.demo && h("span", { class: "tag warn" }, "demo"),
      patient.affected && h("span", { class: "tag side" }, `affected: ${patient.affected}`),
      h("span", { class: "tag" }, patient.photos === 1 ? "1 photo" : `${patient.photos} photos`),
      last && h("span", { class: "tag" }, `treated ${last.date}`))));
}
