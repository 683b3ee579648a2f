/* The camera: a guide for each expression, advice while it looks, and a shutter that fires when all is well. */

import { bring, get, lookAt, patch, readWords, tellRefused } from "./api.js";
import { attempt, h, keepFocus, refill, say } from "./dom.js";

const TIGHT = "tightly";
/* What is asked for: the expression, how it is done where one has two ways, and the guide. */
const TASKS = [
  ["rest", "", "Relax the face and look into the camera."],
  ["brow_raise", "", "Raise both brows as high as you can."],
  ["frown", "", "Draw the brows together."],
  ["eye_closure", "gently", "Close both eyes gently, as in sleep. A tone tells when the photos are taken."],
  ["eye_closure", TIGHT, "Close both eyes as tightly as you can. A tone tells when the photos are taken."],
  ["smile_closed", "", "Smile with closed lips."],
  ["smile_open", "", "Smile as widely as you can and show your teeth."],
  ["snarl", "", "Wrinkle the nose and show the upper teeth."],
  ["pucker", "", "Purse the lips as for a kiss."],
].map(([expression, way, guide]) => ({ expression, way, guide }));
const LOST = "The camera is gone: no photo is taken. Connect it and load the page again.";
const REFUSED = {
  NotAllowedError: "This page may not use the camera: allow it beside the address in the browser, and load the page again.",
  NotReadableError: "Another program uses the camera: close it, and load the page again.",
};
const SHOTS = 3, STEADY = 2, BETWEEN_LOOKS = 250, BETWEEN_SHOTS = 350, LONGEST_FRAME = 2000, LOOK_WIDTH = 640;

/* The day by this computer's clock, now: a page may stay open over midnight. */
const today = () => new Date().toLocaleDateString("sv");

export async function showCapture(room, id) {
  const words = await readWords();
  const patient = await get(`/api/patients/${id}`);
  let photos = await get(`/api/patients/${id}/photos?summary=true`);
  let task = TASKS[0];
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
    guide.textContent = task.guide;
    refill(tasks, ...TASKS.map((each) => {
      const name = nameOf(each), done = photos.filter((photo) => photo.taken?.startsWith(today()) && isOf(photo, each)).length;
      const file = h("input", { type: "file", accept: "image/*,.heic,.heif", multiple: true, class: "unseen", tabIndex: -1, "aria-hidden": "true",
        onchange: attempt(() => { const files = [...file.files]; file.value = ""; return keepFiles(files, each); }) });
      const zone = h("li", { class: "drop", "aria-current": String(each === task) },
        h("span", {}, capital(name)),
        h("span", { class: "row" },
          done ? h("span", { class: "done small" }, `${done} today`) : h("span", { class: "soft small" }, "missing"),
          stream && h("button", { "aria-label": `Camera: ${name}`, onclick: () => choose(each) }, "Camera"),
          h("button", { "aria-label": `File: ${name}`, onclick: () => file.click() }, "File"), file));
      zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
      zone.addEventListener("dragleave", () => zone.classList.remove("over"));
      zone.addEventListener("drop", attempt(async (event) => {
        event.preventDefault();
        zone.classList.remove("over");
        if (event.dataTransfer.files.length) await keepFiles(event.dataTransfer.files, each);
      }));
      return zone;
    }));
  }

  function nameOf({ expression, way }) {
    return [words.expressions[expression], way].filter(Boolean).join(" ");
  }

  function isOf(photo, { expression, way }) {
    return photo.expression === expression && photo.name.includes(TIGHT) === (way === TIGHT);
  }

  function choose(next) {
    task = next;
    keepFocus(tasks, drawTasks);
    drawGhost();
    say(task.guide);
  }

  function drawGhost() {
    const first = photos.filter((each) => ["ok", "warn"].includes(each.status) && isOf(each, task))
      .sort((a, b) => (a.taken ?? "").localeCompare(b.taken ?? ""))[0];
    ghost.hidden = !first || !showGhost.checked;
    if (first) ghost.src = `/api/photos/${first.id}/image?width=700`;
  }

  async function start() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1080 } } });
    } catch (error) {
      lose(REFUSED[error.name] ?? "No camera can be used here.");
      return;
    }
    if (ended) return stop();
    video.srcObject = stream;
    await video.play();
    drawTasks();
    drawGhost();
    watch();
  }

  /* Without a camera there is the list for files. */
  function lose(text) {
    stop();
    stream = null;
    refill(left, h("p", { class: "empty", role: "status" }, `${text} Add a file for each expression instead.`));
    keepFocus(tasks, drawTasks);
  }

  async function watch() {
    let steady = 0;
    while (!ended) {
      await wait(BETWEEN_LOOKS);
      if (ended) return;
      if (!stream.active) return lose(LOST); // the video shows its last picture for ever
      if (firing || document.hidden || !video.videoWidth) continue;
      let told;
      try {
        told = await lookAt(await frame(LOOK_WIDTH, 0.8), task.expression);
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
    const mine = task;
    try {
      const shots = [];
      for (let shot = 1; shot <= SHOTS; shot++) {
        advice.textContent = `Photo ${shot} of ${SHOTS}`;
        const blob = await frame(video.videoWidth, 0.95);
        if (ended) return;
        if (!stream?.active) throw new Error(LOST);
        shots.push(call(blob, mine, shot));
        await wait(BETWEEN_SHOTS);
        await newFrame();
      }
      await keep(shots);
      sound();
      const next = TASKS[TASKS.indexOf(mine) + 1];
      if (next) choose(next);
      advice.textContent = next ? `Next: ${nameOf(next)}` : "All expressions are taken.";
      if (!next) by.checked = false;
      await wait(4 * BETWEEN_LOOKS);
    } finally {
      firing = false;
    }
  }

  async function keep(shots) {
    await bring(`/api/patients/${id}/photos`, "photos", shots);
    await refresh(shots.length);
  }

  async function refresh(count) {
    photos = await get(`/api/patients/${id}/photos?summary=true`);
    keepFocus(tasks, drawTasks);
    say(count === 1 ? "1 photo is kept" : `${count} photos are kept`);
  }

  /* A photo of today is called by its time and by what it shows. */
  function call(blob, { expression, way }, number) {
    const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "");
    const name = [today(), time, expression, way, number].filter(Boolean).join(" ");
    return new File([blob], `${name}.jpg`, { type: "image/jpeg" });
  }

  /* A file keeps its name, which may say its day; what it shows is told beside it. */
  async function keepFiles(files, { expression, way }) {
    const named = [...files].map((file) => (way ? new File([file], `${way} ${file.name}`, { type: file.type }) : file));
    const { ids, refused } = await bring(`/api/patients/${id}/photos`, "photos", named);
    for (const each of ids) await patch(`/api/photos/${each}`, { expression });
    await refresh(ids.length);
    if (refused.length) throw new Error(tellRefused(refused));
  }

  /* Heard with closed eyes. */
  function sound() {
    try {
      const tone = new AudioContext(), source = tone.createOscillator(), loud = tone.createGain();
      loud.gain.value = 0.1;
      source.connect(loud).connect(tone.destination);
      source.start();
      source.stop(tone.currentTime + 0.25);
      source.onended = () => tone.close();
    } catch { /* no sound here */ }
  }

  function frame(width, quality) {
    const canvas = h("canvas");
    canvas.width = Math.min(width, video.videoWidth);
    canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); });
  }

  /* A slow computer shows a frame for long: the same one is no second photo. */
  const newFrame = () => Promise.race([wait(LONGEST_FRAME), new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else resolve();
  })]);

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
