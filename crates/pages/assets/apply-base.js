// What both of the form's scripts need: the page's words, its status line, patience.

export const form = document.getElementById('form');
/** The link's page: what the form's calls are below. */
export const base = location.pathname;
const words = JSON.parse(form.dataset.words);
const line = document.getElementById('saving');

/** `over`: the link takes nothing more. */
export const state = { over: false };

/** A message with its values. */
export function say(id, values = {}) {
  return words[id].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The status line says `text`; `onward` offers to load the page again. What it says already is not said again. */
export function tell(text, onward) {
  if (line.dataset.said === text) return;
  line.dataset.said = text;
  line.replaceChildren(text);
  if (!onward) return;
  const link = make('a', { href: base, textContent: say('again') });
  line.append(' ', link);
}

/** An element with these properties and children. */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** How long to wait before try number `n`, ms: longer each time, never the same for everybody. */
export function patience(n, retryAfter) {
  const asked = Number(retryAfter) * 1_000 || 0;
  return Math.max(asked, Math.min(30_000, 1_000 * 2 ** n) * (0.75 + Math.random() / 2));
}

/** Waits for `ms`, or until there is a connection again. */
export function pause(ms) {
  return new Promise((done) => {
    const timer = setTimeout(go, ms);
    function go() {
      clearTimeout(timer);
      removeEventListener('online', go);
      done();
    }
    addEventListener('online', go);
  });
}
