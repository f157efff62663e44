// What the pages gain from a script; without it every form and link does the same.
"use strict";

const say = (words) => {
  const notice = document.getElementById("notice");
  if (notice) notice.innerHTML = words; // markup of ours, out of a page of ours
};

// Put an element in the place of the one before; who was there with keys stays there.
function put(id, fresh) {
  const old = document.getElementById(id);
  const item = current()?.id;
  const key = old?.contains(document.activeElement) && document.activeElement.dataset.key;
  old?.replaceWith(fresh);
  const again = item && document.getElementById(item);
  if (again) again.classList.add("is-current");
  const focus = fresh.querySelector("[data-focus]") || (key && fresh.querySelector(`[data-key="${CSS.escape(key)}"]`));
  if (focus) focus.focus({ preventScroll: true });
  else if (again && document.activeElement === document.body) {
    again.tabIndex = -1;
    again.focus({ preventScroll: true });
  }
}

// Fetch what a form or link asks for, and put the element of that id in the place of ours.
let latest = 0;
async function swap(id, url, options) {
  const mine = ++latest;
  const old = document.getElementById(id);
  old?.classList.add("is-busy");
  try {
    const headers = { "X-Fragment": id };
    const answer = await fetch(url, { ...options, headers, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== latest) return; // a later one is on its way
    const fresh = page.getElementById(id);
    if (answer.ok && fresh) put(id, document.adoptNode(fresh));
    const told = answer.ok ? page.getElementById("notice") : page.querySelector("main p");
    if (told) say(answer.ok ? told.innerHTML : `<p class="alarm">${told.innerHTML}</p>`);
    document.dispatchEvent(new CustomEvent("swapped", { detail: id }));
  } catch {
    location.reload(); // the monitor is gone, or the line: the browser says it better
  } finally {
    old?.classList.remove("is-busy");
  }
}

function send(form, button) {
  const fields = new URLSearchParams(new FormData(form));
  if (button?.name) fields.append(button.name, button.value);
  const url = new URL(button?.getAttribute("formaction") || form.getAttribute("action") || location.href, location.href);
  const place = button?.dataset.swap || form.dataset.swap;
  if (form.method === "post") return swap(place, url, { method: "POST", body: fields });
  url.search = fields.toString();
  return swap(place, url, {});
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sure && !window.confirm(form.dataset.sure)) return event.preventDefault();
  if (!(event.submitter?.dataset.swap || form.dataset.swap) || form.enctype === "multipart/form-data") return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    swap(link.dataset.swap, link.href, {});
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

let waiting;
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.dataset.shows) {
    const place = document.getElementById(field.dataset.shows);
    if (place) place.textContent = field.value;
  }
  if (!("live" in field.dataset) || !field.form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const url = new URL(field.dataset.live || field.form.getAttribute("action") || location.href, location.href);
    const fields = new URLSearchParams(new FormData(field.form));
    fields.delete("csrf"); // a GET's address is no place for it
    url.search = fields.toString();
    swap(field.dataset.into || field.form.dataset.swap, url, {});
  }, 150);
});

// ---- keys: j and k walk the items, o opens one, others press what says so

const items = () => [...document.querySelectorAll("[data-item]")];
const current = () => document.querySelector("[data-item].is-current");

function walk(step) {
  const all = items();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
  all.forEach((item) => item.classList.toggle("is-current", item === next));
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.closest("input:not([type=range]), textarea, select, dialog[open]")) return;
  if (event.key === "j" || event.key === "k") return walk(event.key === "j" ? 1 : -1);
  if (event.key === "?") return document.getElementById("keys")?.showModal?.();
  const name = CSS.escape(event.key);
  const found = current()?.querySelector(`[data-key="${name}"]`) || document.querySelector(`[data-key="${name}"]:not([data-item] *)`);
  if (found) {
    event.preventDefault();
    found.matches("input, textarea, select") ? found.focus() : found.click();
  }
});
