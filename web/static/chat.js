// One conversation: posts in the background, hears what happens by Server-Sent Events, and keeps the page as it was
// drawn by the server. Without this script the same forms work as plain forms.
(() => {
  "use strict";

  const chat = document.querySelector("[data-chat]");
  if (!chat) return;
  const base = chat.dataset.base;
  const log = chat.querySelector("[data-log]");
  const end = chat.querySelector("[data-end]");
  const say = chat.querySelector("[data-say]");
  const field = say.elements.text;
  const status = chat.querySelector("[data-status]");

  const TRIES = 4;
  const ECHO_MS = 10000;
  const ACK_MS = 4000;
  const busy = new Map(); // key of a tap -> its button
  let pressed = null; // the message whose button was pressed last, and whether by keyboard

  if (location.search) history.replaceState(null, "", location.pathname);

  // --- messages ---

  const find = (ref) => log.querySelector(`.bubble[data-ref="${CSS.escape(ref)}"]`);

  function parse(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  }

  // A visitor's reply may come twice, as the answer to the post and as an event: each copy takes one of the other away.
  let echoes = [];
  function isEcho(node, source) {
    if (node.dataset.mark) return false;
    const text = Array.from(node.querySelectorAll(".title, .place, .text, button"), (part) => part.textContent).join("\n");
    echoes = echoes.filter((echo) => Date.now() - echo.at < ECHO_MS);
    const twin = echoes.findIndex((echo) => echo.text === text && echo.source !== source);
    if (twin >= 0) {
      echoes.splice(twin, 1);
      return true;
    }
    echoes.push({ text, source, at: Date.now() });
    return false;
  }

  function place(ref, html, source) {
    const fresh = parse(html);
    if (isEcho(fresh, source)) return;
    const old = find(ref);
    if (!old) {
      fresh.classList.add("come");
      startDay(fresh.dataset.day);
      end.before(fresh);
    } else if (Number(fresh.dataset.mark || Infinity) >= Number(old.dataset.mark || 0)) {
      const held = old.contains(document.activeElement);
      fresh.classList.add("changed");
      old.replaceWith(fresh);
      if (held) focusOn(fresh);
    } else {
      return;
    }
    if (pressed && pressed.byKeyboard && pressed.ref !== ref && !old) focusOn(fresh);
    pressed = null;
    settle(fresh);
  }

  function startDay(day) {
    const days = log.querySelectorAll(".day");
    if (!day || (days.length && days[days.length - 1].textContent === day)) return;
    const line = document.createElement("p");
    line.className = "day";
    line.textContent = day;
    end.before(line);
  }

  function focusOn(bubble) {
    const first = bubble.querySelector("button");
    if (first) {
      first.focus({ preventScroll: true });
    } else {
      bubble.tabIndex = -1;
      bubble.focus({ preventScroll: true });
    }
  }

  function settle(node) {
    const isLast = !node.nextElementSibling || node.nextElementSibling === end;
    const room = node.closest(".scroll");
    if (isLast) room.scrollTop = 0; // upside down: nought is the newest
    const box = node.getBoundingClientRect();
    const view = room.getBoundingClientRect();
    if (box.top < view.top) node.scrollIntoView({ block: "start" });
  }

  function showOwn(text) {
    const own = document.createElement("p");
    own.className = "own waiting come";
    own.textContent = text;
    end.before(own);
    settle(own);
    return own;
  }

  // --- posting ---

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  // The key makes a post count once, so that trying again is safe.
  async function post(what, fields) {
    for (let attempt = 1; ; attempt += 1) {
      let answer = null;
      try {
        answer = await fetch(`${base}/${what}`, {
          method: "POST",
          headers: { Accept: "application/json" },
          body: new URLSearchParams(fields),
        });
      } catch {
        answer = null; // no network: tried again below
      }
      if (answer && answer.ok) {
        tell("");
        for (const reply of (await answer.json()).replies) place(reply.ref, reply.html, "answer");
        return true;
      }
      if ((answer && answer.status !== 503) || attempt >= TRIES) {
        const said = answer ? (await answer.json().catch(() => ({}))).error : "";
        tell(said || "Chưa gửi được. Mời đồng chí thử lại.");
        return false;
      }
      tell("Mạng chậm, đang gửi lại…");
      await pause(700 * 2 ** attempt);
    }
  }

  function tell(words) {
    if (status.textContent !== words) status.textContent = words;
  }

  async function tap(form, button, byKeyboard) {
    if (!button || button.getAttribute("aria-busy")) return;
    const key = newKey();
    const ref = form.elements.ref.value;
    button.setAttribute("aria-busy", "true");
    busy.set(key, button);
    pressed = { ref, byKeyboard };
    const taken = await post("tap", { key, ref, action: button.value });
    setTimeout(() => free(key), taken ? ACK_MS : 0);
  }

  function free(key) {
    const button = busy.get(key);
    if (button) button.removeAttribute("aria-busy");
    busy.delete(key);
  }

  async function speak(text) {
    const own = showOwn(text);
    const taken = await post("say", { key: newKey(), text });
    own.classList.remove("waiting");
    if (!taken) own.remove();
    return taken;
  }

  chat.addEventListener("submit", (event) => {
    const form = event.target;
    event.preventDefault();
    if (form.matches("[data-tap]")) {
      tap(form, event.submitter, form.contains(document.activeElement) && document.activeElement.matches(":focus-visible"));
    } else {
      const text = field.value.trim();
      field.value = "";
      if (text) speak(text).then((taken) => { if (!taken && !field.value) field.value = text; });
    }
  });

  // A-D and 1-4 answer the newest question, unless something is being typed.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, textarea, select")) return;
    const letter = "1234".includes(event.key) ? "ABCD"["1234".indexOf(event.key)] : event.key.toUpperCase();
    if (!/^[A-D]$/.test(letter)) return;
    const forms = log.querySelectorAll("[data-tap]");
    const last = forms[forms.length - 1];
    const button = last && last.querySelector(`[data-letter="${letter}"]`);
    if (!button) return;
    event.preventDefault();
    button.focus({ preventScroll: true });
    tap(last, button, true);
  });

  // --- hearing ---

  for (const bubble of log.querySelectorAll(".bubble")) isEcho(bubble, "answer");

  const source = new EventSource(`${base}/events?mark=${encodeURIComponent(chat.dataset.mark)}`);
  const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  on("message", (data) => place(data.ref, data.html, "event"));
  on("missed", (data) => place(data.ref, data.html, "event"));
  on("ack", (data) => free(data.key));
  for (const name of ["unread", "clock"]) {
    on(name, (data) => document.dispatchEvent(new CustomEvent(`taphuan:${name}`, { detail: data })));
  }
  source.addEventListener("open", () => tell(""));
  source.addEventListener("error", () => {
    tell(source.readyState === EventSource.CLOSED ? "Mất kết nối. Mời đồng chí tải lại trang." : "Đang kết nối lại…");
  });
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
