// The demo's clock, and the marks of what was not looked at yet.
(() => {
  "use strict";

  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const me = document.querySelector("[data-me]").dataset.me;
  const form = clock.querySelector("[data-push]");
  const busy = clock.querySelector("[data-busy]");
  const now = clock.querySelector("[data-now]");
  let isWorking = false;

  function showTime(data) {
    now.textContent = data.spoken;
    now.dateTime = data.now;
  }

  function showWork(working, words) {
    isWorking = working;
    clock.classList.toggle("working", working);
    busy.textContent = words;
    for (const button of form.querySelectorAll("button")) {
      if (working) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isWorking || !event.submitter) return;
    showWork(true, "Đang cho thời gian trôi…");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({ [event.submitter.name]: event.submitter.value }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      showTime(await answer.json());
      showWork(false, "");
    } catch {
      showWork(false, "Chưa đẩy được đồng hồ. Mời đồng chí thử lại.");
    }
  });

  document.addEventListener("taphuan:clock", (event) => showTime(event.detail));
  document.addEventListener("taphuan:unread", (event) => {
    for (const link of document.querySelectorAll("[data-persona]")) {
      const key = link.dataset.persona;
      const count = event.detail[key] || 0;
      const mark = link.querySelector("[data-unread]");
      mark.hidden = key === me || count === 0;
      mark.querySelector("[data-count]").textContent = count;
    }
  });
})();
