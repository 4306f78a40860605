// The inbox alive: listens for changes, keeps scroll and typing, and counts deadlines down.
// The parts themselves are fetched and swapped by htmx; without this file all still works by hand.
"use strict";

(function () {
  const desk = document.querySelector(".desk");
  if (!desk || !window.htmx) return;
  const current = Number(desk.dataset.conversation) || 0;
  const lost = document.getElementById("live-lost");
  const byId = (id) => document.getElementById(id);

  // What changed --------------------------------------------------------------

  let since = Number(desk.dataset.since) || 0;
  let waiting = null;
  const changed = new Set();

  function tell(ids) {
    ids.forEach((id) => changed.add(id));
    if (waiting) return;
    // Changes come in bunches: one refresh for all of them.
    waiting = setTimeout(() => {
      waiting = null;
      htmx.trigger(document.body, "list-changed");
      if (changed.has(current)) {
        htmx.trigger(document.body, "thread-changed");
        see();
      }
      changed.clear();
    }, 120);
  }

  function see() {
    const form = byId("seen");
    if (form && !document.hidden) htmx.trigger(form, "seen");
  }

  // A tab keeps its name from page to page, so that its next stream takes its last one's seat.
  let tab = sessionStorage.getItem("tab");
  if (!tab) sessionStorage.setItem("tab", tab = Math.random().toString(36).slice(2));

  let source = null;
  let polling = null;
  let opened = false;

  function listen() {
    source = new EventSource(`/inbox/stream?since=${since}&tab=${tab}`);
    source.addEventListener("open", () => {
      lost.hidden = true;
      stopPolling();
      if (opened) tell([current]); // something may have been missed in between
      opened = true;
    });
    source.addEventListener("change", (event) => {
      since = Math.max(since, Number(event.lastEventId) || 0);
      tell(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      startPolling(); // refused: there are only so many streams
      setTimeout(listen, 15000);
    });
  }

  async function poll() {
    try {
      const answer = await fetch(`/inbox/changes?since=${since}`, { headers: { "HX-Request": "true" } });
      if (answer.status === 401) return location.assign("/login");
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      since = Math.max(since, news.last);
      lost.hidden = true;
      if (news.conversations.length) tell(news.conversations);
    } catch {
      lost.hidden = false;
    }
  }

  function startPolling() {
    if (polling) return;
    polling = setInterval(poll, 4000);
    poll();
  }

  function stopPolling() {
    clearInterval(polling);
    polling = null;
  }

  // The thread stays where the reader is --------------------------------------

  let atEnd = true;
  let scroll = 0;
  let playing = [];

  function toEnd() {
    const thread = byId("thread");
    if (thread) thread.scrollTop = thread.scrollHeight;
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const thread = byId("thread");
    if (!thread || event.detail.target !== thread) return;
    scroll = thread.scrollTop;
    playing = [...thread.querySelectorAll("video, audio")].filter((one) => !one.paused).map((one) => one.id);
    atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const thread = byId("thread");
    if (!thread || event.detail.target !== thread) return;
    if (atEnd) toEnd();
    else thread.scrollTop = scroll;
    // What was playing plays on, also where a browser stops what moves in the page.
    for (const one of playing.map(byId)) if (one && one.paused) one.play().catch(() => {});
  });

  // The reply box -------------------------------------------------------------

  const isCommand = (box) => box.value.length > 1 && box.dataset.prefixes.includes(box.value.trimStart()[0]);

  document.addEventListener("input", (event) => {
    // What a command would have done is wrong for any other text.
    if (event.target.id === "text" && !isCommand(event.target)) byId("preview").replaceChildren();
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "text" || event.key !== "Enter") return;
    if (event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const filler = event.target.closest("[data-fill]");
    const box = byId("text");
    if (!filler || !box) return;
    event.preventDefault();
    desk.dataset.screen = "thread";
    box.value = filler.dataset.fill;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    htmx.trigger(box, "input");
  });

  // A saved reply's short name, as ;hello, becomes its words at Tab.
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (box.id !== "text" || event.key !== "Tab" || event.shiftKey) return;
    const typed = box.value.slice(0, box.selectionStart);
    const short = typed.match(/(?:^|\s);(\S{1,32})$/u);
    if (!short) return;
    const wanted = short[1].toLowerCase();
    const saved = [...document.querySelectorAll("[data-saved]")].find((one) => one.dataset.saved === wanted);
    if (!saved) return;
    event.preventDefault();
    box.setRangeText(saved.dataset.fill, typed.length - short[1].length - 1, typed.length, "end");
    htmx.trigger(box, "input");
  });

  function trouble(text) {
    const line = byId("trouble");
    if (!line) return;
    line.textContent = text;
    line.hidden = false;
  }

  const isReply = (event) => event.detail.target && event.detail.target.id === "reply";

  document.addEventListener("htmx:responseError", (event) => {
    const xhr = event.detail.xhr;
    const plain = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    if (isReply(event)) trouble(plain ? xhr.responseText : byId("reply").dataset.failed);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (isReply(event)) trouble(byId("reply").dataset.failed);
    });
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!isReply(event)) return;
    desk.dataset.screen = "thread";
    if (byId("text")) byId("text").focus();
    toEnd();
  });

  // Deadlines -----------------------------------------------------------------

  function span(seconds) {
    const units = [["days", 172800, 86400], ["hours", 3600, 3600], ["minutes", 60, 60]];
    for (const [unit, from, length] of units) {
      if (seconds >= from) return desk.dataset[unit].replace("#", Math.floor(seconds / length));
    }
    return desk.dataset.seconds.replace("#", Math.max(0, Math.floor(seconds)));
  }

  setInterval(() => {
    for (const time of document.querySelectorAll("[data-until]")) {
      const left = (Date.parse(time.dataset.until) - Date.now()) / 1000;
      time.textContent = span(left);
      if (left <= 0) {
        time.removeAttribute("data-until");
        htmx.trigger("#way", "way-changed");
      }
    }
  }, 1000);

  document.addEventListener("visibilitychange", see);
  const found = document.querySelector("#thread .found");
  if (found) {
    found.scrollIntoView({ block: "center" });
    found.focus({ preventScroll: true });
  } else if (byId("thread") && byId("thread").dataset.begin !== "top") toEnd();
  // htmx takes the page over at this very event, and was there first.
  document.addEventListener("DOMContentLoaded", () => {
    see();
    listen();
  });
})();
