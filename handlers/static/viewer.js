// The picture viewer: a picture of the thread, large, with the keyboard or without.
// Without this file a picture is a link that opens in a tab of its own.
"use strict";

(function () {
  const viewer = document.getElementById("viewer");
  if (!viewer || !viewer.showModal) return;
  const picture = viewer.appendChild(document.createElement("img"));
  const words = document.getElementById("viewer-words");
  const save = document.getElementById("viewer-save");
  const links = () => [...document.querySelectorAll("#thread a[data-picture]")];
  let shown = "";

  function show(link) {
    shown = link.getAttribute("href");
    picture.src = shown;
    picture.alt = link.dataset.picture;
    save.href = shown;
    const all = links();
    words.textContent = `${link.dataset.picture} · ${all.indexOf(link) + 1}/${all.length}`;
    for (const button of viewer.querySelectorAll("[data-step]")) button.disabled = all.length < 2;
  }

  function step(by) {
    const all = links();
    const at = all.findIndex((link) => link.getAttribute("href") === shown);
    if (all.length > 1) show(all[(at + by + all.length) % all.length]);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#thread a[data-picture]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link);
    viewer.showModal();
  });

  viewer.addEventListener("click", (event) => {
    const stepper = event.target.closest("[data-step]");
    if (stepper) step(Number(stepper.dataset.step));
    else if (event.target === viewer || event.target.closest("[data-close]")) viewer.close();
  });

  viewer.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });

  viewer.addEventListener("close", () => {
    // The thread may have been drawn anew meanwhile: back to the picture that was seen last.
    const link = links().find((one) => one.getAttribute("href") === shown);
    picture.removeAttribute("src");
    if (link) link.focus();
  });
})();
