// Lays before and after over each other, and a slider fades between them. It does not wipe from side to side:
// half of one photo beside half of another would be an uneven face of its own. Without this they stand side by side.
document.querySelectorAll(".compare").forEach(function (figure) {
  var slider = figure.querySelector("input");
  slider.hidden = false;
  figure.classList.add("live");
  slider.addEventListener("input", function () {
    figure.style.setProperty("--at", slider.value + "%");
  });
});
