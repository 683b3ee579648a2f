// Lays before and after over each other, and a slider fades between them. It does not wipe from side to side:
// half of one photo beside half of another would be an uneven face of its own. It opens on the later photo;
// both stand side by side above it.
document.querySelectorAll(".fade").forEach(function (figure) {
  var slider = figure.querySelector("input");
  figure.hidden = false;
  slider.addEventListener("input", function () {
    figure.style.setProperty("--at", slider.value + "%");
  });
});
// On paper nothing is folded.
window.addEventListener("beforeprint", function () {
  document.querySelectorAll("details").forEach(function (each) { each.open = true; });
});
