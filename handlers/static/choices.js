// Completion in the reply box: a list of what the word under the cursor may become.
// The server knows the words; here are only the keys, the touch, and what a screen reader hears.
// Without this file the box is a plain one.
"use strict";

(function () {
  const PAUSE = 120;
  const byId = (id) => document.getElementById(id);
  const isCommand = (box) => {
    const first = box.value.trimStart()[0];
    return first !== undefined && box.dataset.prefixes.includes(first);
  };
  let waiting = null;
  let asked = 0;
  let active = -1;

  function options() {
    const list = byId("choices");
    return list && !list.hidden ? [...list.children] : [];
  }

  function dress(box) {
    // On a textarea a script says so: without it nothing opens.
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"],
      ["aria-controls", "choices"], ["aria-expanded", "false"], ["autocomplete", "off"]]) {
      if (!box.hasAttribute(name)) box.setAttribute(name, value);
    }
  }

  function close() {
    const list = byId("choices");
    const box = byId("text");
    clearTimeout(waiting);
    asked += 1; // what is still under way comes too late
    active = -1;
    if (list) {
      list.hidden = true;
      list.replaceChildren();
    }
    if (box) {
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    }
  }

  function choose(place) {
    const shown = options();
    if (!shown.length) return;
    active = (place + shown.length) % shown.length;
    shown.forEach((one, at) => one.setAttribute("aria-selected", String(at === active)));
    shown[active].scrollIntoView({ block: "nearest" });
    byId("text").setAttribute("aria-activedescendant", shown[active].id);
  }

  function take(one) {
    const box = byId("text");
    // The server counts letters, the browser units: a letter may take two of these.
    const letters = Array.from(box.value);
    const before = letters.slice(0, Number(one.dataset.start)).join("") + one.dataset.text;
    let after = letters.slice(Number(one.dataset.end)).join("");
    if (before.endsWith(" ")) after = after.replace(/^ /, "");
    close();
    box.value = before + after;
    box.focus();
    box.setSelectionRange(before.length, before.length);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function ask(box) {
    const mine = (asked += 1);
    const form = new FormData();
    form.set("csrf_token", box.form.elements.csrf_token.value);
    form.set("text", box.value);
    form.set("at", Array.from(box.value.slice(0, box.selectionStart)).length);
    try {
      const answer = await fetch(`/inbox/${box.dataset.conversation}/complete`, {
        method: "POST", body: form, headers: { "HX-Request": "true" },
      });
      if (mine !== asked) return;
      if (!answer.ok) return close();
      show(box, await answer.text(), mine);
    } catch {
      if (mine === asked) close(); // no server: a plain box
    }
  }

  function show(box, words, mine) {
    if (mine !== asked || document.activeElement !== box) return;
    const list = byId("choices");
    list.innerHTML = words; // our own page's part, escaped by the server
    active = -1;
    list.hidden = !list.children.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  }

  document.addEventListener("focusin", (event) => {
    if (event.target.id === "text") dress(event.target);
  });

  document.addEventListener("input", (event) => {
    const box = event.target;
    if (box.id !== "text") return;
    dress(box);
    clearTimeout(waiting);
    if (!isCommand(box)) return close();
    waiting = setTimeout(() => ask(box), PAUSE);
  });

  // Before the box's own Enter, which sends.
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "text" || event.isComposing) return;
    const shown = options();
    if (!shown.length) {
      if (event.key === "Enter") close();
      return;
    }
    if (event.key === "ArrowDown") choose(active + 1);
    else if (event.key === "ArrowUp") choose(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Tab" && !event.shiftKey) take(shown[Math.max(active, 0)]);
    else if (event.key === "Enter" && active >= 0 && !event.shiftKey) take(shown[active]);
    else {
      if (event.key === "Enter") close();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // A finger or a mouse: the box keeps the cursor.
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest("#choices")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const one = event.target.closest("#choices [role=option]");
    if (one) take(one);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.id === "text") close();
  });
})();
