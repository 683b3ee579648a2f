/* The server of this computer. An error carries the words of its problem details. */

async function answer(response) {
  if (response.ok) return response;
  let detail = `${response.status} ${response.statusText}`;
  try {
    detail = (await response.json()).detail ?? detail;
  } catch { /* no words came with it */ }
  if (response.status === 401) location.reload();
  throw new Error(detail);
}

const json = async (path, options) => {
  const response = await answer(await fetch(path, options));
  return response.status === 204 ? null : response.json();
};

const body = (method, value) => ({
  method, body: JSON.stringify(value), headers: { "content-type": "application/json" },
});

export const get = (path) => json(path);
export const post = (path, value) => json(path, body("POST", value));
export const patch = (path, value) => json(path, body("PATCH", value));
export const put = (path, value) => json(path, body("PUT", value));
export const remove = (path) => json(path, { method: "DELETE" });

export function bring(path, name, files) {
  const form = new FormData();
  for (const file of files) form.append(name, file, file.webkitRelativePath || file.name);
  return json(path, { method: "POST", body: form });
}

export const lookAt = (blob, expression) =>
  json(`/api/frame?expression=${expression}`, { method: "POST", body: blob });

let words;
export const readWords = () => (words ??= get("/api/words"));

/* News of photos and patients, one stream for all views. */
/* "open" is told whenever the stream begins (anew): what happened before was not heard. */
const listeners = new Set();
let stream;
export function listen(listener) {
  if (!stream) {
    stream = new EventSource("/api/events");
    for (const kind of ["open", "photo", "patient"]) {
      stream.addEventListener(kind, (event) => {
        for (const each of [...listeners]) each(kind, kind === "open" ? {} : JSON.parse(event.data));
      });
    }
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) location.reload(); // locked: nothing is to be seen
    });
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}
