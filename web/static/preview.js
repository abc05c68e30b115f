"use strict";

// A page of the preview: loads itself again when the content changes, keeps the tab, and turns pages by arrow keys.
(() => {
  const page = document.querySelector("[data-preview]");
  const away = document.querySelector("[data-away]");
  const KEPT = "taphuan-look";

  const events = new EventSource(`/events?mark=${encodeURIComponent(page.dataset.mark)}`);
  events.addEventListener("reload", () => {
    events.close();
    location.reload();
  });
  events.addEventListener("open", () => { away.textContent = ""; });
  events.addEventListener("error", () => { away.textContent = "Lệnh xem trước đã dừng; trang này không tự đổi nữa."; });
  window.addEventListener("pagehide", () => events.close());

  const tabs = [...document.querySelectorAll("input[name=look]")];
  const kept = sessionStorage.getItem(KEPT);
  for (const tab of tabs) {
    if (tab.value === kept) tab.checked = true;
    tab.addEventListener("change", () => sessionStorage.setItem(KEPT, tab.value));
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input")) return;
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = rel && document.querySelector(`a[rel=${rel}]`);
    if (link) link.click();
  });
})();
