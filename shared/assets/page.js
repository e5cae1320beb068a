// For every page: copy buttons, local times, menus that close by themselves, and nothing stale behind the back button.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const word = button.querySelector("[data-copy-word]");
  const source = button.closest(".code, dd").querySelector("code");
  let restore;
  button.hidden = false;
  word.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      word.textContent = "Copied";
      button.dataset.copied = "";
    } catch {
      // Without permission to write to the clipboard, selecting is what is left to do.
      getSelection().selectAllChildren(source);
      word.textContent = "Selected";
    }
    clearTimeout(restore);
    restore = setTimeout(() => {
      word.textContent = "Copy";
      delete button.dataset.copied;
    }, 2000);
  });
}

function sayTime(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const minutes = Math.round((moment - Date.now()) / 60000);
  const far = Math.abs(minutes) >= 24 * 60;
  const time = moment.toLocaleString([], far ? { dateStyle: "medium", timeStyle: "short" } : { timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const [amount, unit] = Math.abs(minutes) < 120 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
  const nearly = minutes === 0 ? "just now" : relative.format(amount, unit);
  element.textContent = far ? time : `${time} (${nearly})`;
  element.title = moment.toISOString();
}
for (const element of document.querySelectorAll("time[datetime]")) sayTime(element);

for (const button of document.querySelectorAll("[data-reveal]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    button.firstChild.data = shown ? "Hide" : "Show";
    for (const id of button.dataset.reveal.split(" ")) {
      document.getElementById(id).type = shown ? "text" : "password";
    }
  });
}

const menus = document.querySelectorAll("details.menu");
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Browsers may keep a page as it was and show it again when one goes back, even after signing out. `no-store` does not
// keep them from it (HTML standard, "back/forward cache").
addEventListener("pagehide", (event) => {
  document.body.hidden = event.persisted;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
