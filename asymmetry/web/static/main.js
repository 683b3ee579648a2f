/* Which view is shown: the part of the address behind "#". */

import { startNews } from "./api.js";
import { h, hideFault } from "./dom.js";
import { showCapture } from "./capture.js";
import { showCompare } from "./compare.js";
import { showPatients } from "./patients.js";
import { showPhoto } from "./photo.js";
import { showReport, showSkin } from "./report.js";
import { showTimeline } from "./timeline.js";

/* The title says nothing of a patient: browsers keep titles in their history, and some send it elsewhere. */
const VIEWS = [
  [/^\/$/, showPatients, "Patients"],
  [/^\/patients\/(\w+)$/, showTimeline, "Patient"],
  [/^\/patients\/(\w+)\/capture$/, showCapture, "Take photos"],
  [/^\/patients\/(\w+)\/report$/, showReport, "Report"],
  [/^\/patients\/(\w+)\/skin$/, showSkin, "Skin"],
  [/^\/photos\/(\w+)$/, showPhoto, "Photo"],
  [/^\/photos\/(\w+)\/compare$/, showCompare, "Compare"],
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
  for (const each of document.querySelectorAll("dialog")) each.close(); // it asks about what is no longer shown
  for (const [pattern, view, title] of VIEWS) {
    const match = pattern.exec(path);
    if (!match) continue;
    const room = h("div", {});
    document.title = `${title} · asymmetry`;
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
