/* Two photos of one person, eyes aligned: side by side, or one over the other. */

import { get, readWords } from "./api.js";
import { attempt, choice, h } from "./dom.js";

const WIDTH = 600, HEIGHT = 750, EYES = 0.5, UP = 0.4;

export async function showCompare(room, id) {
  const words = await readWords();
  const photo = await get(`/api/photos/${id}`);
  const photos = (await get(`/api/patients/${photo.patient}/photos?summary=true`)).filter((each) =>
    each.id !== id && ["ok", "warn"].includes(each.status));
  const say = (each) => `${each.taken?.slice(0, 10) ?? "no date"}, ${words.expressions[each.expression] ?? each.name}`;
  const others = choice("other", photos.map((each) => [each.id, say(each)]), nearest(photo, photos)?.id);
  others.setAttribute("aria-label", "The other photo");
  const share = h("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": "How much of the other photo", oninput: () => blend() });
  const canvases = ["this photo", "the other photo", "both photos"].map((name) => {
    const canvas = h("canvas", { role: "img", "aria-label": name });
    [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    return canvas;
  });
  const [mine, theirs, both] = canvases;
  const captions = [h("figcaption", {}, say(photo)), h("figcaption", {})];
  room.append(
    h("div", { class: "head" }, h("h1", {}, "Compare"), others, h("a", { class: "button", href: `#/photos/${id}` }, "Back")),
    h("div", { class: "pair sheet" }, h("figure", {}, mine, captions[0]), h("figure", {}, theirs, captions[1])),
    h("div", { class: "blend sheet" }, h("label", {}, "One over the other", share), both));
  if (!photos.length) {
    room.replaceChildren(h("p", { class: "empty" }, "There is no other photo yet. ", h("a", { href: `#/photos/${id}` }, "Back")));
    return;
  }
  others.addEventListener("change", attempt(draw));
  await draw();

  async function draw() {
    const other = await get(`/api/photos/${others.value}`);
    captions[1].textContent = say(other);
    await Promise.all([place(mine, photo), place(theirs, other)]);
    blend();
  }

  function blend() {
    const pen = both.getContext("2d");
    pen.globalAlpha = 1;
    pen.drawImage(mine, 0, 0);
    pen.globalAlpha = share.value / 100;
    pen.drawImage(theirs, 0, 0);
  }
}

/* Level eyes, always as far apart and in the same place. */
async function place(canvas, photo) {
  const image = new Image();
  image.src = `/api/photos/${photo.id}/image?width=1600`;
  await image.decode();
  const pen = canvas.getContext("2d");
  const [right, left] = ["right", "left"].map((side) => photo.points.outer_canthus[side]);
  const shrunk = image.naturalWidth / photo.size[0];
  const [dx, dy] = [left[0] - right[0], left[1] - right[1]];
  const scale = (WIDTH * EYES) / Math.hypot(dx, dy);
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  pen.translate(WIDTH / 2, HEIGHT * UP);
  pen.rotate(-Math.atan2(dy, dx));
  pen.scale(scale, scale);
  pen.translate(-(right[0] + left[0]) / 2, -(right[1] + left[1]) / 2);
  pen.scale(1 / shrunk, 1 / shrunk);
  pen.drawImage(image, 0, 0);
  pen.setTransform(1, 0, 0, 1, 0, 0);
}

const nearest = (photo, photos) => photos.find((each) => each.expression === photo.expression) ?? photos[0];
