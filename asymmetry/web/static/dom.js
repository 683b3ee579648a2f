/* Elements without markup in texts: whatever a name or a note holds is text. */

const SVG = "http://www.w3.org/2000/svg";

function fill(element, facts, parts) {
  for (const [name, value] of Object.entries(facts ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string" && !(element instanceof SVGElement)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...parts.flat(Infinity).filter((part) => part !== null && part !== undefined && part !== false));
  return element;
}

export const h = (tag, facts, ...parts) => fill(document.createElement(tag), facts, parts);
export const s = (tag, facts, ...parts) => fill(document.createElementNS(SVG, tag), facts, parts);

/* The parts in place of whatever an element held. */
export function refill(element, ...parts) {
  element.replaceChildren();
  return fill(element, {}, parts);
}

/* Draws anew what is in a room; the part that had the focus has it again. */
export function keepFocus(room, draw) {
  const parts = () => [...room.querySelectorAll("a, button, input, select")];
  const name = (part) => part.name || (part.getAttribute("href") ?? part.getAttribute("aria-label") ?? part.textContent);
  const held = parts().find((part) => part === document.activeElement);
  draw();
  if (held) parts().find((part) => name(part) === name(held))?.focus({ preventScroll: true });
}

export function say(text) {
  document.getElementById("news").textContent = text;
}

export function hideFault() {
  document.getElementById("fault").textContent = "";
}

/* It stays until it is closed or another view is opened: whoever brings many photos may be away. */
export function showFault(error) {
  refill(document.getElementById("fault"), h("span", {}, error?.message ?? String(error)),
    h("button", { onclick: hideFault }, "Close"));
}

/* Runs what a person asked for; a fault is told, not thrown. */
export const attempt = (action) => async (...given) => {
  try {
    return await action(...given);
  } catch (error) {
    showFault(error);
    return undefined;
  }
};

/* A dialog with a form; resolves to its values (FormData), or to null if it was left. What can't be saved is told in
   the dialog, and whatever was typed stays. */
export function ask(title, fields, { action = "Save", danger = false, text = "", save = () => {} } = {}) {
  return new Promise((resolve) => {
    const wrong = h("p", { class: "wrong", role: "alert" });
    const form = h("form", { method: "dialog" },
      h("h2", { id: "asked" }, title), text && h("p", {}, text), h("div", { class: "fields" }, fields), wrong,
      h("div", { class: "row" },
        h("button", { class: danger ? "danger" : "main", value: "yes" }, action),
        h("button", { value: "no", formnovalidate: true }, "Cancel")));
    const dialog = h("dialog", { "aria-labelledby": "asked" }, form);
    let values = null;
    let saving = false;
    form.addEventListener("submit", async (event) => {
      if (event.submitter?.value === "no") return;
      event.preventDefault();
      if (saving) return;
      saving = true;
      wrong.textContent = "";
      const given = new FormData(form);
      try {
        await save(given);
        values = given;
        dialog.close();
      } catch (error) {
        wrong.textContent = error.message;
      } finally {
        saving = false;
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(values);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export const field = (text, control) => h("label", {}, text, control);

export function choice(name, options, value) {
  return h("select", { name }, options.map(([key, text]) =>
    h("option", { value: key, selected: key === (value ?? "") }, text)));
}
