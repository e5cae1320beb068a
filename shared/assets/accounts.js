// The list of accounts and applications: search while one types, access keys in a dialog, and shortcut links.
"use strict";

const field = document.getElementById("q");
const dialog = document.querySelector("[data-keys-dialog]");

// Search. When the lists are only a part of what there is, the server searches.

function searchList(list, noun, words) {
  let shown = 0;
  for (const row of list.children) {
    row.hidden = !words.every((word) => row.dataset.searched.includes(word));
    if (!row.hidden) shown += 1;
  }
  list.hidden = shown === 0;
  const all = `${list.dataset.total} ${noun}${list.dataset.total === "1" ? "" : "s"}`;
  return { shown, count: words.length ? `${shown} of ${all}` : all };
}

function searchHere(words) {
  for (const [name, noun] of [["", "account"], ["applications-", "application"]]) {
    const list = document.querySelector(`[data-${noun}s]`);
    if (!list) continue;
    const { shown, count } = searchList(list, noun, words);
    document.querySelector(`[data-${name}count]`).textContent = count;
    document.querySelector(`[data-${name}unfound]`).hidden = shown > 0;
  }
}

let asking;
async function searchThere(address) {
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(address, { signal: asking.signal });
    if (!answer.ok || answer.redirected) return location.assign(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("[data-list]").replaceWith(page.querySelector("[data-list]"));
    document.querySelector(".heading .count").textContent = page.querySelector(".heading .count").textContent;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

let waiting;
function search() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const address = new URL("/start/", location.origin);
  const destination = new URLSearchParams(location.search).get("destination");
  if (words.length) address.searchParams.set("q", field.value);
  if (destination) address.searchParams.set("destination", destination);
  history.replaceState(null, "", address);
  if (document.querySelector("[data-complete]")) return searchHere(words);
  clearTimeout(waiting);
  waiting = setTimeout(searchThere, 200, address);
}

if (field) {
  document.querySelector("[data-search-button]").hidden = true;
  field.addEventListener("input", search);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
  });
}

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-clear]");
  if (!clear || !document.querySelector("[data-complete]")) return;
  event.preventDefault();
  field.value = "";
  search();
  field.focus();
});

// Access keys. The values are in the page only while the dialog is open.

const keysStatus = dialog.querySelector("[data-keys-status]");
const blocks = dialog.querySelector("[data-keys-blocks]");
let opener;
let fetching;

function fill(values) {
  for (const place of dialog.querySelectorAll("[data-value]")) place.textContent = values[place.dataset.value] ?? "";
}

function fail(sentence) {
  keysStatus.dataset.failed = "";
  keysStatus.textContent = sentence;
}

async function openKeys(link) {
  const account = link.closest("[data-account]").dataset;
  const named = { accountName: account.name, accountId: account.account, roleName: link.dataset.role };
  opener = link;
  fetching = new AbortController();
  fill(named);
  blocks.hidden = true;
  delete keysStatus.dataset.failed;
  keysStatus.textContent = "One moment…";
  dialog.showModal();
  try {
    const headers = { accept: "application/json", "x-vestibule-portal": "1" };
    const answer = await fetch(link.href, { headers, cache: "no-store", redirect: "error", signal: fetching.signal });
    const body = await answer.json();
    if (answer.status === 401) return location.reload();
    if (!answer.ok) return fail(body.message ?? "AWS did not give credentials. Try again in a minute.");
    const keys = body.roleCredentials;
    fill({ ...named, ...keys });
    const until = document.createElement("time");
    until.dateTime = new Date(keys.expiration).toISOString();
    sayTime(until);
    keysStatus.replaceChildren("Valid until ", until);
    blocks.hidden = false;
  } catch (error) {
    if (error.name !== "AbortError") fail("The credentials could not be fetched. Reload the page and try again.");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-keys]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openKeys(link);
});

dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => {
  fetching?.abort();
  fill({});
  blocks.hidden = true;
  opener?.focus();
});

const shells = dialog.querySelectorAll("[name=shell]");
const preferred = localStorage.getItem("shell") ?? (/Windows/.test(navigator.userAgent) ? "powershell" : "bash");
for (const shell of shells) {
  shell.checked = shell.value === preferred;
  shell.addEventListener("change", () => localStorage.setItem("shell", shell.value));
}

// Shortcut links: #/console?account_id=…&role_name=…&destination=…

function followShortcut() {
  const [path, query] = location.hash.split("?", 2);
  if (path !== "#/console" || !query) return;
  const asked = new URLSearchParams(query);
  const known = new URLSearchParams();
  for (const name of ["account_id", "role_name", "destination"]) {
    if (asked.get(name)) known.set(name, asked.get(name));
  }
  if (!known.has("account_id")) return;
  location.replace(`${known.has("role_name") ? "/saml/console" : "/start/"}?${known}`);
}
addEventListener("hashchange", followShortcut);
followShortcut();
