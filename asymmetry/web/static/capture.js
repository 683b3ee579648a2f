/* The camera: a guide for each expression, advice while it looks, and a shutter that fires when all is well. */

import { bring, get, lookAt, readWords } from "./api.js";
import { attempt, h, refill, say } from "./dom.js";

const GUIDE = {
  rest: "Relax the face and look into the camera.",
  brow_raise: "Raise both brows as high as you can.",
  frown: "Draw the brows together.",
  eye_closure: "Close both eyes gently; do it once more tightly if your clinician asks for it.",
  smile_closed: "Smile with closed lips.",
  smile_open: "Smile as widely as you can and show your teeth.",
  snarl: "Wrinkle the nose and show the upper teeth.",
  pucker: "Purse the lips as for a kiss.",
};
const SHOTS = 3, STEADY = 2, BETWEEN_LOOKS = 250, BETWEEN_SHOTS = 350, LOOK_WIDTH = 640;

export async function showCapture(room, id) {
  const words = await readWords();
  const patient = await get(`/api/patients/${id}`);
  const today = new Date().toLocaleDateString("sv");
  let photos = await get(`/api/patients/${id}/photos`);
  let expression = "rest";
  let stream = null;
  let ended = false;
  let firing = false;
  const video = h("video", { muted: true, playsInline: true, autoplay: true });
  const ghost = h("img", { class: "ghost", alt: "", hidden: true });
  const advice = h("p", { class: "say", role: "status", "aria-live": "polite" }, "The camera starts.");
  const stage = h("div", { class: "stage" }, video, ghost, advice);
  const guide = h("p", {});
  const tasks = h("ul", { class: "tasks" });
  const by = h("input", { type: "checkbox", checked: true });
  const showGhost = h("input", { type: "checkbox", checked: true, onchange: () => drawGhost() });
  const shutter = h("button", { class: "main", onclick: attempt(() => fire()) }, "Take it now");
  const left = h("div", {}, stage, h("div", { class: "row" }, shutter,
    h("label", { class: "check" }, by, "Fire by itself when all is well"), h("label", { class: "check" }, showGhost, "Show the first photo faintly")));
  room.append(
    h("div", { class: "head" }, h("h1", {}, `Take photos: ${patient.name}`), h("a", { class: "button", href: `#/patients/${id}` }, "Done")),
    h("div", { class: "split" }, left, h("section", { class: "sheet", "aria-label": "Expressions" },
      h("h2", {}, "Today"), guide, tasks)));
  drawTasks();
  start();

  function drawTasks() {
    const done = (name) => photos.filter((each) => each.taken?.startsWith(today) && each.expression === name).length;
    guide.textContent = GUIDE[expression];
    refill(tasks, ...Object.keys(GUIDE).map((name) => {
      const file = h("input", { type: "file", accept: "image/*", multiple: true, class: "unseen", tabIndex: -1, "aria-hidden": "true",
        onchange: attempt(() => keep([...file.files].map((each, i) => rename(each, name, i)))) });
      const zone = h("li", { class: "drop", "aria-current": String(name === expression) },
        h("span", {}, capital(words.expressions[name])),
        h("span", { class: "row" },
          done(name) ? h("span", { class: "done small" }, `${done(name)} today`) : h("span", { class: "soft small" }, "missing"),
          stream && h("button", { "aria-label": `Camera: ${words.expressions[name]}`, onclick: () => choose(name) }, "Camera"),
          h("button", { "aria-label": `File: ${words.expressions[name]}`, onclick: () => file.click() }, "File"), file));
      zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
      zone.addEventListener("dragleave", () => zone.classList.remove("over"));
      zone.addEventListener("drop", attempt(async (event) => {
        event.preventDefault();
        zone.classList.remove("over");
        await keep([...event.dataTransfer.files].map((each, i) => rename(each, name, i)));
      }));
      return zone;
    }));
  }

  function choose(name) {
    expression = name;
    drawTasks();
    drawGhost();
    say(GUIDE[name]);
  }

  function drawGhost() {
    const first = photos.filter((each) => ["ok", "warn"].includes(each.status) && each.expression === expression)
      .sort((a, b) => (a.taken ?? "").localeCompare(b.taken ?? ""))[0];
    ghost.hidden = !first || !showGhost.checked;
    if (first) ghost.src = `/api/photos/${first.id}/image?width=700`;
  }

  async function start() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1080 } } });
    } catch {
      refill(left, h("p", { class: "empty" }, "No camera can be used here. Add a file for each expression instead."));
      return;
    }
    if (ended) return stop();
    video.srcObject = stream;
    await video.play();
    drawTasks();
    drawGhost();
    watch();
  }

  async function watch() {
    let steady = 0;
    while (!ended) {
      await wait(BETWEEN_LOOKS);
      if (firing || document.hidden || !video.videoWidth) continue;
      let told;
      try {
        told = await lookAt(await frame(LOOK_WIDTH, 0.8), expression);
      } catch (error) {
        advice.textContent = error.message;
        await wait(4 * BETWEEN_LOOKS);
        continue;
      }
      if (ended) return;
      steady = told.ready ? steady + 1 : 0;
      stage.classList.toggle("ready", told.ready);
      const text = told.ready ? "Hold still." : capital(told.advice[0].words);
      if (advice.textContent !== text) advice.textContent = text;
      if (by.checked && steady >= STEADY) {
        steady = 0;
        await attempt(fire)();
      }
    }
  }

  async function fire() {
    if (firing || !video.videoWidth) return;
    firing = true;
    const mine = expression;
    try {
      const shots = [];
      for (let shot = 1; shot <= SHOTS; shot++) {
        advice.textContent = `Photo ${shot} of ${SHOTS}`;
        const blob = await frame(video.videoWidth, 0.95);
        shots.push(rename(blob, mine, shot));
        await wait(BETWEEN_SHOTS);
      }
      await keep(shots);
      const order = Object.keys(GUIDE);
      const next = order[order.indexOf(mine) + 1];
      if (next) choose(next);
      advice.textContent = next ? `Next: ${words.expressions[next]}` : "All expressions are taken.";
      if (!next) by.checked = false;
      await wait(4 * BETWEEN_LOOKS);
    } finally {
      firing = false;
    }
  }

  async function keep(files) {
    if (!files.length) return;
    await bring(`/api/patients/${id}/photos`, "photos", files);
    photos = await get(`/api/patients/${id}/photos`);
    drawTasks();
    say(files.length === 1 ? "1 photo is kept" : `${files.length} photos are kept`);
  }

  function rename(blob, name, number) {
    const now = new Date();
    const time = now.toTimeString().slice(0, 8).replaceAll(":", "");
    return new File([blob], `${today} ${time} ${name} ${number}.jpg`, { type: blob.type || "image/jpeg" });
  }

  function frame(width, quality) {
    const canvas = h("canvas");
    canvas.width = Math.min(width, video.videoWidth);
    canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); });
  }

  function stop() {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }

  return () => {
    ended = true;
    stop();
  };
}

const wait = (time) => new Promise((resolve) => { setTimeout(resolve, time); });
const capital = (text) => text[0].toUpperCase() + text.slice(1);
