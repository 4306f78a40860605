// Copy buttons: they appear where the browser can copy, and say that they did.
"use strict";

(function () {
  if (!navigator.clipboard && !document.queryCommandSupported) return;

  function byHand(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "off-screen";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Plain http has no clipboard of its own.
      return byHand(text);
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    event.preventDefault();
    const from = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
    if (!(await copy(from ? from.value : button.dataset.copy))) return;
    const label = button.textContent;
    if (button.dataset.done && label !== button.dataset.done) {
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 2000);
    }
  });

  function reveal(root) {
    for (const button of root.querySelectorAll("button[data-copy][hidden], button[data-copy-from][hidden]")) {
      button.hidden = false;
    }
  }

  reveal(document);
  document.addEventListener("htmx:load", (event) => reveal(event.target));
})();
