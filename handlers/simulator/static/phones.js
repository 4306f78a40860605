// The simulator's phones: shows each chat as its platform would and sends what is typed or tapped.
// Everything that a shop or a person wrote enters the page as text nodes, never as markup.
"use strict";

(() => {
  const base = document.body.dataset.base;
  const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
  const PAUSE = 1000;

  // --- small pieces ---------------------------------------------------------

  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    for (const child of children) {
      if (child !== null && child !== undefined) element.append(child);
    }
    return element;
  }

  function list(value) {
    return Array.isArray(value) ? value : [];
  }

  // A link that may be opened: the web and the telephone, nothing that runs.
  function safeHref(value) {
    try {
      const url = new URL(String(value));
      return ["https:", "http:", "tel:"].includes(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  }

  // One machine has several names; the page may load pictures from its own name only.
  function ownName(href) {
    const url = new URL(href);
    const here = window.location;
    const same = url.port === here.port && url.protocol === here.protocol;
    if (same && LOOPBACK.has(url.hostname) && LOOPBACK.has(here.hostname)) {
      return here.origin + url.pathname + url.search;
    }
    return url.href;
  }

  function link(href, className, ...children) {
    const anchor = make("a", className, ...children);
    anchor.href = href;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    return anchor;
  }

  function withLinks(text) {
    const parts = document.createDocumentFragment();
    for (const piece of String(text).split(/(https?:\/\/[^\s<>"]+)/)) {
      const href = /^https?:\/\//.test(piece) ? safeHref(piece) : null;
      parts.append(href ? link(ownName(href), "", piece) : piece);
    }
    return parts;
  }

  function picture(address, alt) {
    const href = safeHref(address);
    if (!href) return make("span", "pic-lost", "Picture without a usable address");
    const image = make("img");
    image.alt = alt || "Picture";
    image.addEventListener("error", () => {
      image.replaceWith(make("span", "pic-lost", "The picture could not be loaded"));
    });
    image.src = ownName(href);
    return image;
  }

  async function post(path, body, type = "application/json") {
    const response = await fetch(base + path, {
      method: "POST",
      headers: { "Content-Type": type },
      body: type === "application/json" ? JSON.stringify(body) : body,
    });
    if (!response.ok) throw new Error(`The simulator answered ${response.status}.`);
  }

  // The first words of a message as it is drawn.
  function wordsOf(item) {
    const body = item.querySelector(".bubble, .fx-text, .card");
    return (body?.textContent || "").slice(0, 60);
  }

  // --- one phone ------------------------------------------------------------

  class Phone {
    constructor(section) {
      this.section = section;
      this.kind = section.dataset.kind;
      const { person, group } = section.dataset;
      this.path = group ? `/groups/${encodeURIComponent(group)}` : `/phones/${encodeURIComponent(person)}`;
      this.door = section.querySelector(".door");
      this.chat = section.querySelector(".chat");
      this.empty = section.querySelector(".empty");
      this.trouble = section.querySelector(".trouble");
      this.quick = section.querySelector(".quick");
      this.form = section.querySelector(".write");
      this.box = section.querySelector("textarea");
      this.tab = document.getElementById(section.getAttribute("aria-labelledby"));
      this.quoted = null;
      this.after = 0;
      this.busy = false;
      this.listen();
    }

    listen() {
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        const text = this.box.value;
        if (!text.trim()) return;
        this.write(text).then((sent) => {
          if (sent && this.box.value === text) this.box.value = "";
        });
      });
      this.box.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.form.requestSubmit();
        }
      });
      this.section.querySelector(".hello")?.addEventListener("click", (event) => {
        this.box.value = event.currentTarget.dataset.text;
        this.box.focus();
      });
      this.section.querySelector(".end-live")?.addEventListener("click", () => {
        this.try(() => post(`${this.path}/broadcast/end`, {}));
      });
      this.door?.addEventListener("click", () => {
        this.try(() => post(`${this.path}/${this.door.dataset.next || "join"}`, {}));
      });
      this.section.querySelector(".picture")?.addEventListener("change", (event) => {
        const [file] = event.target.files;
        if (file) this.try(() => post(`${this.path}/pictures`, file, file.type));
        event.target.value = "";
      });
    }

    async try(action) {
      try {
        await action();
        await this.look();
        return true;
      } catch (error) {
        this.complain(error.message);
        return false;
      }
    }

    // Words go into the chat, or under the shop's pretend post or broadcast.
    write(text) {
      const where = this.section.querySelector(".where")?.value || "chat";
      if (where === "chat") return this.say(text);
      return this.try(() => post(`${this.path}/comments`, { text, live: where === "live" }));
    }

    say(text, payload) {
      const quoted = this.quoted;
      return this.try(() => post(`${this.path}/messages`, { text, payload, quoted, ...this.writer() }))
        .then((sent) => {
          if (sent) this.quote(null);
          return sent;
        });
    }

    // Who writes: in a group one of its members, perhaps on a computer.
    writer() {
      const member = this.section.querySelector(".member");
      if (!member) return {};
      return { member: member.value, from_computer: this.section.querySelector(".computer").checked };
    }

    quote(message, words) {
      this.quoted = message ? message.platform_id : null;
      this.section.querySelector(".quoting")?.remove();
      if (!message) return;
      const drop = make("button", "quote-drop", "×");
      drop.type = "button";
      drop.setAttribute("aria-label", "Do not quote");
      drop.addEventListener("click", () => this.quote(null));
      this.form.prepend(make("div", "quoting", make("span", "", `Quoting: ${words}`), drop));
      this.box.focus();
    }

    tap(data, title, spoken) {
      return this.try(async () => {
        if (spoken) await post(`${this.path}/messages`, { text: spoken });
        await post(`${this.path}/postbacks`, { data, title });
      });
    }

    complain(sentence) {
      this.trouble.textContent = sentence;
      this.trouble.hidden = !sentence;
    }

    async look() {
      if (this.busy) return;
      this.busy = true;
      try {
        const response = await fetch(`${base}${this.path}/messages?after=${this.after}`);
        if (!response.ok) throw new Error(`The simulator answered ${response.status}.`);
        const answer = await response.json();
        this.complain(answer.trouble);
        this.showDoor(answer.invited);
        this.add(answer.messages);
      } catch (error) {
        this.complain(`The simulator does not answer: ${error.message}`);
      } finally {
        this.busy = false;
      }
    }

    showDoor(invited) {
      if (!this.door) return;
      this.door.dataset.next = invited ? "leave" : "join";
      this.door.textContent = invited ? this.door.dataset.leave : this.door.dataset.join;
      this.form.querySelector(".send").disabled = !invited;
    }

    add(messages) {
      if (!messages.length) return;
      const first = this.after === 0;
      const atEnd = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 160;
      for (const message of messages) {
        this.after = message.id;
        this.chat.append(this.draw(message, first));
        this.offer(message);
      }
      this.empty.hidden = true;
      if (first || atEnd || messages.some((message) => message.mine)) this.scroll();
      const theirs = messages.filter((message) => !message.mine).at(-1);
      if (theirs && !this.isShown() && !first) this.tab.querySelector(".dot").hidden = false;
      if (theirs && this.kind !== "line" && !first && this.isShown()) {
        post(`${this.path}/read`, { platform_id: theirs.platform_id }).catch(() => {});
      }
    }

    scroll() {
      this.chat.scrollTop = this.chat.scrollHeight;
      // A picture that arrives later makes the chat longer.
      for (const image of this.chat.querySelectorAll("img")) {
        if (!image.complete) {
          image.addEventListener("load", () => { this.chat.scrollTop = this.chat.scrollHeight; }, { once: true });
        }
      }
    }

    isShown() {
      return this.section.offsetParent !== null && !document.hidden;
    }

    draw(message, old) {
      const item = make("li", message.mine ? "msg msg-mine" : "msg");
      if (!old) item.classList.add("msg-new");
      item.dataset.id = message.id;
      item.dataset.kind = message.kind;
      if (message.writer) item.append(make("span", "writer", message.writer));
      const about = list([...this.chat.children]).find((one) => one.dataset.platform === message.payload?.quotedMessageId);
      if (message.payload?.quotedMessageId) item.append(make("div", "quote", about ? wordsOf(about) : "an earlier message"));
      item.append(...this.body(message));
      item.dataset.platform = message.platform_id;
      const at = new Date(message.at * 1000);
      const time = make("time", "", at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false }));
      time.dateTime = at.toISOString();
      const foot = make("div", "foot", time);
      if (this.kind === "line" && ["text", "flex"].includes(message.kind)) {
        const button = make("button", "quote-button", "Quote");
        button.type = "button";
        button.addEventListener("click", () => this.quote(message, wordsOf(item)));
        foot.append(button);
      }
      item.append(foot);
      return item;
    }

    body(message) {
      const payload = message.payload || {};
      if (message.mine) return this.mine(message, payload);
      return this.kind === "line" ? this.fromLine(payload) : this.fromMeta(payload);
    }

    mine(message, payload) {
      if (message.kind === "comment") {
        const place = payload.live ? "on the broadcast" : "under the post";
        return [make("div", "bubble bubble-comment", make("span", "comment-place", place), withLinks(message.text))];
      }
      if (message.kind === "image" && this.kind === "line") {
        return [make("span", "pic", picture(`${window.location.origin}${base}/contents/${payload.id}`, "Picture"))];
      }
      const [attachment] = list(payload.attachments);
      if (attachment) return [make("span", "pic", picture(attachment.payload?.url, "Picture"))];
      if (message.text) return [make("div", "bubble", withLinks(message.text))];
      return [make("div", "bubble bubble-odd", message.kind)];
    }

    // --- what LINE shows ----------------------------------------------------

    fromLine(message) {
      switch (message.type) {
        case "text":
          return [make("div", "bubble", withLinks(message.text))];
        case "image":
          return [make("span", "pic", link(ownName(safeHref(message.originalContentUrl) || window.location.href), "", picture(message.previewImageUrl, "Picture from the shop")))];
        case "flex":
          return [this.flex(message.contents)];
        case "template":
          return this.lineTemplate(message.template || {});
        case "sticker":
          return [make("div", "bubble bubble-odd", `Sticker ${message.packageId}/${message.stickerId}`)];
        case "location":
          return [make("div", "bubble", `${message.title}\n${message.address}`)];
        default:
          return [make("div", "bubble bubble-odd", message.altText || message.type || "?")];
      }
    }

    lineTemplate(template) {
      const cards = template.type === "carousel" ? list(template.columns) : [template];
      return cards.map((card) => make(
        "div", "card",
        card.thumbnailImageUrl ? picture(card.thumbnailImageUrl, "") : null,
        make("div", "card-words",
          card.title ? make("div", "card-title", card.title) : null,
          make("div", "", withLinks(card.text || ""))),
        ...list(card.actions).map((action) => this.lineAction(action, "card-button", action.label)),
      ));
    }

    lineAction(action, className, ...children) {
      const href = action?.type === "uri" ? safeHref(action.uri) : null;
      if (href) return link(ownName(href), className, ...children);
      const button = make("button", className, ...children);
      button.type = "button";
      button.addEventListener("click", () => this.actLine(action || {}));
      return button;
    }

    actLine(action) {
      if (action.type === "message") return this.say(action.text);
      if (action.type === "postback") {
        return this.tap(action.data, action.label || "", action.displayText || action.text);
      }
      if (action.type === "clipboard") return navigator.clipboard?.writeText(action.clipboardText);
      return undefined;
    }

    flex(contents) {
      const bubbles = contents?.type === "carousel" ? list(contents.contents) : [contents || {}];
      return make("div", "fx-row", ...bubbles.map((bubble) => this.flexBubble(bubble)));
    }

    flexBubble(bubble) {
      const frame = make("div", `fx-bubble fx-${bubble.size || "mega"}`);
      for (const block of ["header", "hero", "body", "footer"]) {
        if (!bubble[block]) continue;
        const part = make("div", `fx-${block} fx-box fx-vertical`, this.component(bubble[block], "vertical"));
        const style = bubble.styles?.[block];
        if (style?.backgroundColor) part.style.backgroundColor = style.backgroundColor;
        if (style?.separator) part.style.borderTop = `1px solid ${style.separatorColor || "#dfe3e1"}`;
        frame.append(part);
      }
      return frame;
    }

    component(part, layout) {
      const draw = {
        box: () => this.flexBox(part),
        text: () => this.flexText(part),
        button: () => this.flexButton(part),
        image: () => this.flexImage(part),
        icon: () => this.flexImage(part),
        separator: () => make("div", "fx-separator"),
        filler: () => make("div", ""),
      }[part?.type];
      const element = draw ? draw() : make("div", "bubble-odd", String(part?.type));
      this.place(element, part || {}, layout);
      return element;
    }

    place(element, part, layout) {
      const grows = part.flex ?? (part.type === "filler" || (layout !== "vertical" && ["text", "box", "button", "image"].includes(part.type)) ? 1 : 0);
      if (part.type !== "separator") element.style.flex = grows > 0 ? `${grows} 1 0` : "0 0 auto";
      if (layout === "vertical" && grows > 0 && part.type !== "filler") element.style.flexBasis = "auto";
      if (/^(xs|sm|md|lg|xl|xxl)$/.test(part.margin)) element.classList.add(`fx-margin-${part.margin}`);
      if (/^\d+px$/.test(part.margin)) element.style[layout === "vertical" ? "marginTop" : "marginLeft"] = part.margin;
      if (/^(center|bottom)$/.test(part.gravity) && layout === "horizontal") element.classList.add(`fx-gravity-${part.gravity}`);
      if (part.type === "separator" && part.color) element.style.backgroundColor = part.color;
    }

    flexBox(box) {
      const layout = ["horizontal", "baseline"].includes(box.layout) ? box.layout : "vertical";
      const element = make("div", `fx-box fx-${layout}`,
        ...list(box.contents).map((part) => this.component(part, layout)));
      if (/^(xs|sm|md|lg|xl|xxl)$/.test(box.spacing)) element.classList.add(`fx-spacing-${box.spacing}`);
      const steps = { none: "0", xs: "2px", sm: "4px", md: "8px", lg: "12px", xl: "16px", xxl: "20px" };
      const sides = { paddingAll: "padding", paddingTop: "paddingTop", paddingBottom: "paddingBottom", paddingStart: "paddingInlineStart", paddingEnd: "paddingInlineEnd" };
      for (const [name, property] of Object.entries(sides)) {
        if (box[name]) element.style[property] = steps[box[name]] || box[name];
      }
      for (const name of ["width", "maxWidth", "height", "maxHeight", "justifyContent", "alignItems", "backgroundColor"]) {
        if (box[name]) element.style[name] = box[name];
      }
      if (box.cornerRadius) element.style.borderRadius = steps[box.cornerRadius] || box.cornerRadius;
      if (box.borderWidth) element.style.border = `${/px$/.test(box.borderWidth) ? box.borderWidth : "1px"} solid ${box.borderColor || "#dfe3e1"}`;
      return this.tappable(element, box.action);
    }

    flexText(text) {
      const element = make("div", `fx-text fx-size-${/^[3-5]?x*[a-z]{1,2}$/.test(text.size || "md") ? text.size || "md" : "md"}`);
      if (/^\d+px$/.test(text.size)) element.style.fontSize = text.size;
      const spans = list(text.contents);
      if (spans.length) element.append(...spans.map((span) => this.decorate(make("span", "", span.text || ""), span)));
      else element.append(String(text.text ?? ""));
      if (text.wrap) element.classList.add("fx-wrap");
      if (/^(start|center|end)$/.test(text.align)) element.classList.add(`fx-align-${text.align}`);
      return this.tappable(this.decorate(element, text), text.action);
    }

    decorate(element, part) {
      if (part.weight === "bold") element.classList.add("fx-bold");
      if (part.style === "italic") element.classList.add("fx-italic");
      if (/^(underline|line-through)$/.test(part.decoration)) element.classList.add(`fx-${part.decoration}`);
      if (part.color) element.style.color = part.color;
      return element;
    }

    flexButton(button) {
      const style = ["primary", "secondary"].includes(button.style) ? `fx-${button.style}` : "fx-link";
      const size = button.height === "sm" ? " fx-button-sm" : "";
      const element = this.lineAction(button.action, `fx-button ${style}${size}`, button.action?.label || "");
      if (button.color) element.style[style === "fx-link" ? "color" : "backgroundColor"] = button.color;
      return make("div", "", element);
    }

    flexImage(image) {
      const shown = picture(image.url, "Picture from the shop");
      const widths = { xxs: "40px", xs: "60px", sm: "80px", md: "100px", lg: "120px", xl: "140px", xxl: "160px", "3xl": "180px", "4xl": "200px", "5xl": "220px", full: "100%" };
      if (shown.tagName === "IMG") {
        shown.style.width = widths[image.size] || (/^\d+(px|%)$/.test(image.size) ? image.size : image.type === "icon" ? "1em" : "100px");
        const ratio = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(image.aspectRatio || "");
        if (ratio) {
          shown.style.aspectRatio = `${ratio[1]} / ${ratio[2]}`;
          shown.style.objectFit = image.aspectMode === "cover" ? "cover" : "contain";
        }
      }
      return this.tappable(make("div", "fx-image", shown), image.action);
    }

    tappable(element, action) {
      if (!action) return element;
      element.classList.add("fx-tap");
      element.tabIndex = 0;
      element.setAttribute("role", "button");
      const act = (event) => {
        if (event.target.closest("a, button")) return;
        event.stopPropagation();
        const href = action.type === "uri" ? safeHref(action.uri) : null;
        if (href) window.open(ownName(href), "_blank", "noopener");
        else this.actLine(action);
      };
      element.addEventListener("click", act);
      element.addEventListener("keydown", (event) => { if (event.key === "Enter") act(event); });
      return element;
    }

    // --- what Messenger and Instagram show ----------------------------------

    fromMeta(message) {
      const attachment = message.attachment;
      if (!attachment) return [make("div", "bubble", withLinks(message.text || ""))];
      const payload = attachment.payload || {};
      if (attachment.type === "image") return [make("span", "pic", picture(payload.url, "Picture from the shop"))];
      if (attachment.type === "template") return this.metaTemplate(payload);
      const href = safeHref(payload.url);
      return [make("div", "bubble", href ? link(ownName(href), "", attachment.type) : attachment.type)];
    }

    metaTemplate(payload) {
      if (payload.template_type === "button") {
        return [this.metaCard({ words: payload.text, buttons: payload.buttons })];
      }
      if (payload.template_type === "receipt") {
        const total = `${payload.summary?.total_cost} ${payload.currency}`;
        return [this.metaCard({ title: payload.order_number, subtitle: `${payload.recipient_name} · ${total}` })];
      }
      return list(payload.elements).map((element) => this.metaCard(element));
    }

    metaCard({ title, subtitle, words, image_url: image, buttons }) {
      return make(
        "div", "card",
        image ? picture(image, "") : null,
        make("div", "card-words",
          title ? make("div", "card-title", title) : null,
          subtitle ? make("div", "card-sub", subtitle) : null,
          words ? make("div", "", withLinks(words)) : null),
        ...list(buttons).map((button) => this.metaButton(button)),
      );
    }

    metaButton(button) {
      const href = button.type === "web_url" ? safeHref(button.url) : null;
      if (href) return link(ownName(href), "card-button", button.title);
      const element = make("button", "card-button", button.title || "");
      element.type = "button";
      element.addEventListener("click", () => this.tap(button.payload || "", button.title || ""));
      return element;
    }

    // The quick replies belong to the newest message alone.
    offer(message) {
      const payload = message.mine ? {} : message.payload || {};
      const chips = [
        ...list(payload.quickReply?.items).map(({ action }) => this.lineAction(action, "chip", action?.label || "")),
        ...list(payload.quick_replies).map((reply) => {
          const chip = make("button", "chip", reply.title || reply.content_type);
          chip.type = "button";
          chip.addEventListener("click", () => this.say(reply.title || "", reply.payload));
          return chip;
        }),
      ];
      this.quick.replaceChildren(...chips);
      this.quick.hidden = !chips.length;
    }
  }

  // --- the page ---------------------------------------------------------------

  const phones = [...document.querySelectorAll(".phone")].map((section) => new Phone(section));

  function open(chosen) {
    for (const phone of phones) {
      const isChosen = phone === chosen;
      phone.section.classList.toggle("phone-open", isChosen);
      phone.tab.setAttribute("aria-selected", String(isChosen));
      phone.tab.tabIndex = isChosen ? 0 : -1;
    }
    chosen.tab.querySelector(".dot").hidden = true;
    chosen.scroll();
  }

  phones.forEach((phone, place) => {
    phone.tab.addEventListener("click", () => open(phone));
    phone.tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = phones[(place + step + phones.length) % phones.length];
      open(next);
      next.tab.focus();
    });
  });

  async function watch() {
    if (!document.hidden) await Promise.all(phones.map((phone) => phone.look()));
    window.setTimeout(watch, PAUSE);
  }

  if (phones.length) {
    open(phones[0]);
    watch();
  }
})();
