/* Which view is shown: the part of the address behind "#". */

import { startNews } from "./api.js";
import { h, hideFault } from "./dom.js";
import { showCapture } from "./capture.js";
import { showCompare } from "./compare.js";
import { showPatients } from "./patients.js";
import { showPhoto } from "./photo.js";
import { showReport, showSkin } from "./report.js";
import { showTimeline } from "./timeline.js";

const VIEWS = [
  [/^\/$/, showPatients],
  [/^\/patients\/(\w+)$/, showTimeline],
  [/^\/patients\/(\w+)\/capture$/, showCapture],
  [/^\/patients\/(\w+)\/report$/, showReport],
  [/^\/patients\/(\w+)\/skin$/, showSkin],
  [/^\/photos\/(\w+)$/, showPhoto],
  [/^\/photos\/(\w+)\/compare$/, showCompare],
];

let leave = () => {};
let shown = 0;

async function show() {
  const path = location.hash.slice(1) || "/";
  const main = document.getElementById("main");
  const mine = ++shown;
  leave();
  leave = () => {};
  hideFault();
  for (const [pattern, view] of VIEWS) {
    const match = pattern.exec(path);
    if (!match) continue;
    const room = h("div", {});
    main.replaceChildren(room);
    main.focus({ preventScroll: true }); // before anybody can be at work in the view
    try {
      const end = await view(room, ...match.slice(1));
      if (mine !== shown) {
        end?.();
        return;
      }
      leave = end ?? (() => {});
    } catch (error) {
      if (mine !== shown) return;
      room.append(h("p", { class: "empty", role: "alert" }, error.message, " ", h("a", { href: "#/" }, "All patients")));
    }
    const title = room.querySelector("h1")?.textContent;
    document.title = title ? `${title} · asymmetry` : "asymmetry";
    return;
  }
  main.replaceChildren(h("p", { class: "empty" }, "There is no such page. ", h("a", { href: "#/" }, "All patients")));
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
addEventListener("hashchange", show);
startNews();
show();
