/* The server of this computer. An error carries the words of its problem details. */

async function answer(response) {
  if (response.ok) return response;
  let problem = {};
  try {
    problem = await response.json();
  } catch { /* no words came with it */ }
  if (response.status === 401) location.reload();
  const detail = problem.detail ?? `${response.status} ${response.statusText}`;
  throw Object.assign(new Error(detail), { refused: problem.refused });
}

const DEAF = "The program behind this page does not answer. Start 'asymmetry serve' again and open the address that it prints.";

const ask = async (path, options) => answer(await fetch(path, options).catch(() => { throw new Error(DEAF); }));

const json = async (path, options) => {
  const response = await ask(path, options);
  return response.status === 204 ? null : response.json();
};

const body = (method, value) => ({
  method, body: JSON.stringify(value), headers: { "content-type": "application/json" },
});

export const get = (path) => json(path);
export const getFile = async (path) => (await ask(path)).blob();
export const post = (path, value) => json(path, body("POST", value));
export const patch = (path, value) => json(path, body("PATCH", value));
export const put = (path, value) => json(path, body("PUT", value));
export const remove = (path) => json(path, { method: "DELETE" });

/* Sends files; those that can't be read here are refused like those that the server refuses, and stop no other. */
export async function bring(path, name, files) {
  const form = new FormData(), refused = [];
  for (const file of files) {
    if (await isReadable(file)) form.append(name, file, file.webkitRelativePath || file.name);
    else refused.push({ name: file.name, reason: UNREADABLE });
  }
  if (refused.length && !form.has(name)) throw Object.assign(new Error(tellRefused(refused)), { refused });
  try {
    const told = await json(path, { method: "POST", body: form });
    return { ...told, refused: [...refused, ...(told.refused ?? [])] };
  } catch (error) {
    throw error.refused ? Object.assign(error, { refused: [...refused, ...error.refused] }) : error;
  }
}

const UNREADABLE = "can't be read: it is a folder, or it is no longer there; choose the photos themselves", MOST_TOLD = 3;
const isReadable = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

/* Each reason once, with the first files that it is true of. */
export function tellRefused(refused) {
  const names = new Map();
  for (const { name, reason } of refused) names.set(reason, [...(names.get(reason) ?? []), name]);
  return [...names].map(([reason, all]) => {
    const more = all.length - MOST_TOLD;
    return `${all.slice(0, MOST_TOLD).join(", ")}${more > 0 ? ` and ${more} more` : ""}: ${reason}`;
  }).join("; ");
}

export const lookAt = (blob, expression) =>
  json(`/api/frame?expression=${expression}`, { method: "POST", body: blob });

let words;
export const readWords = () => (words ??= get("/api/words"));

/* News of photos and patients. One tab holds the stream for all of them, as a browser opens six connections to
   a server and no more. "open" is told whenever the stream begins (anew): what happened before was not heard. */
const listeners = new Set();
const tabs = new BroadcastChannel("news");
tabs.addEventListener("message", ({ data }) => tell(...data));

function tell(kind, news) {
  document.getElementById("deaf").textContent = kind === "lost" ? DEAF : "";
  if (kind !== "lost") for (const each of [...listeners]) each(kind, news);
}

function share(kind, news = {}) {
  tell(kind, news);
  tabs.postMessage([kind, news]);
}

function openStream() {
  const stream = new EventSource("/api/events");
  stream.addEventListener("open", () => share("open"));
  for (const kind of ["photo", "patient"]) {
    stream.addEventListener(kind, (event) => share(kind, JSON.parse(event.data)));
  }
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) location.reload(); // locked: nothing is to be seen
    else share("lost");
  });
  return new Promise(() => {}); // the tab that closes hands the stream to the next one
}

export function startNews() {
  if (navigator.locks) navigator.locks.request("news", openStream);
  else openStream();
}

export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
