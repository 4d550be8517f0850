// Makes the application form pleasant: saves while one types, sends files piece by piece and goes on after a cut. The form is
// complete without it; what it does not know how to do, it leaves to the form.
//
// Nothing typed is lost: until the server has it, it lies on this device too (localStorage, under a name that opens nothing).
// What it says are the server's words, in the page's language, from `data-words`. Files are `apply-files.js`.

import { base, form, make, patience, pause, say, state, tell } from './apply-base.js';
import { after, choose, drop, onTheWay } from './apply-files.js';

const csrf = form.elements.csrf.value;
const seen = JSON.parse(form.elements.seen.value);
const shelf = `muster-unsaved-${csrf}`;

const QUICK = 1_000;
const KEEPALIVE = 60_000;
const DAYS = 7 * 86_400_000;

// --- what is written ----------------------------------------------------------------------------------------------

/** Inputs that are saved, by name. */
const inputs = new Map();
for (const input of form.elements) {
  const written = input.name && !input.readOnly && !['hidden', 'file', 'submit', 'button', 'fieldset'].includes(input.type);
  if (written) inputs.set(input.name, [...(inputs.get(input.name) ?? []), input]);
}

function read(name) {
  const all = inputs.get(name);
  if (!['radio', 'checkbox'].includes(all[0].type)) return all[0].value;
  const chosen = all.filter((i) => i.checked).map((i) => i.value);
  const several = all[0].type === 'checkbox' && all[0].closest('fieldset');
  return several && chosen.length ? chosen : chosen[0] ?? '';
}

function write(name, value) {
  const all = inputs.get(name);
  if (!['radio', 'checkbox'].includes(all[0].type)) all[0].value = value;
  else for (const input of all) input.checked = [value].flat().includes(input.value);
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What the server does not have yet: { value, seen, at } by name. */
const unsaved = new Map();
let failing = false;
/** Whether the person wanted to send, and there was no connection. */
let held = false;
let leaving = false;

function keep() {
  try {
    if (unsaved.size) localStorage.setItem(shelf, JSON.stringify(Object.fromEntries(unsaved)));
    else localStorage.removeItem(shelf);
  } catch { /* There may be no room, or none for us: then only the server keeps it. */ }
}

let typing;
function changed(name) {
  const had = unsaved.get(name);
  unsaved.set(name, { value: read(name), seen: had?.seen ?? seen[name], at: Date.now() });
  keep();
  clearTimeout(typing);
  typing = setTimeout(save, QUICK);
}

function body(entries) {
  const fields = Object.fromEntries([...entries].map(([name, { value }]) => [name, value]));
  const shown = Object.fromEntries([...entries].map(([name, entry]) => [name, entry.seen]));
  return JSON.stringify({ csrf, fields, seen: shown });
}

function post(text, more) {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${base}/draft`, { method: 'POST', headers, body: text, signal: AbortSignal.timeout?.(30_000), ...more });
}

let saving;
let tries = 0;

/** Saves until all is saved. One call at a time; true when the server has everything. */
function save() {
  clearTimeout(typing);
  saving ??= saveAll().finally(() => { saving = undefined; });
  return saving;
}

async function saveAll() {
  while ((unsaved.size || held) && !state.over) {
    const answer = await put(new Map(unsaved));
    if (answer !== true) return answer;
  }
  return !state.over;
}

/** Saves these entries. True, or false when it is tried again later, or cannot be. */
async function put(entries) {
  const slow = setTimeout(() => tell(say('saving')), 1_000);
  let answer;
  try {
    answer = await post(body(entries));
  } catch { /* No connection. */ } finally {
    clearTimeout(slow);
  }
  if (answer?.ok) {
    await settle(entries, answer);
    tell(say(held ? 'back' : 'saved'));
    held = false;
    return true;
  }
  failing = true;
  if ([403, 404, 410].includes(answer?.status)) {
    state.over = true;
    tell(say('over'), true);
    return false;
  }
  if (!held) tell(say(answer ? 'trouble' : 'offline'));
  pause(patience(tries++, answer?.headers.get('Retry-After'))).then(save);
  return false;
}

/** The server has these entries: they need not lie here any more. */
async function settle(entries, answer) {
  const { stamps } = await answer.json().catch(() => ({ stamps: {} }));
  Object.assign(seen, stamps);
  form.elements.seen.value = JSON.stringify(seen);
  for (const [name, entry] of entries) {
    const now = unsaved.get(name);
    if (now === entry) unsaved.delete(name);
    else if (now) now.seen = seen[name];
  }
  keep();
  failing = false;
  tries = 0;
}

/** Sends what is unsaved on the way out. Whether it arrives nobody hears, so it stays on this device too. */
function part() {
  keep();
  if (!unsaved.size || state.over || leaving) return;
  const text = body(unsaved);
  if (text.length < KEEPALIVE) post(text, { keepalive: true, signal: undefined }).catch(() => {});
}

/** Brings back what this device kept and the server does not have. */
function restore() {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(shelf)) ?? {};
  } catch { /* Nothing that could be read. */ }
  for (const [name, entry] of Object.entries(kept)) {
    if (!inputs.has(name) || same(read(name), entry.value) || Date.now() - entry.at > DAYS) continue;
    if (entry.seen === seen[name]) {
      write(name, entry.value);
      unsaved.set(name, { ...entry });
      tell(say('restored'));
    } else {
      offer(name, entry);
    }
  }
  // What the browser itself filled in again.
  for (const [name, all] of inputs) {
    const moved = all.some((i) => (i.options ? [...i.options].some((o) => o.selected !== o.defaultSelected && (o.defaultSelected || o.index))
      : 'checked' in i && ['radio', 'checkbox'].includes(i.type) ? i.checked !== i.defaultChecked : i.value !== i.defaultValue));
    if (moved && !unsaved.has(name)) unsaved.set(name, { value: read(name), seen: seen[name], at: Date.now() });
  }
  keep();
  if (unsaved.size) save();
  for (const input of form.querySelectorAll('input[type=file]')) choose(input);
}

/** Written here without a connection, and written otherwise elsewhere since: the person decides. */
function offer(name, entry) {
  const use = make('button', { type: 'button', className: 'plain', textContent: say('use') });
  const text = say('elsewhere', { text: [entry.value].flat().join(', ') });
  const note = make('p', { className: 'done' }, text, ' ', use);
  use.addEventListener('click', () => {
    write(name, entry.value);
    note.remove();
    inputs.get(name)[0].focus();
    changed(name);
  });
  inputs.get(name)[0].closest('.question').append(note);
}

// --- sending ------------------------------------------------------------------------------------------------------

let busy = 0;

/**
 * The form is sent by the browser itself, once the server has all that is written: so a lost connection is said here, on the page, and
 * not by a page of the browser's. A second click within some seconds is the same one; after that it is a new try, of which
 * the server makes the same application.
 */
async function submit(button) {
  if (Date.now() - busy < 15_000) return;
  busy = Date.now();
  held = false;
  tell(say('sending'));
  if (onTheWay.size) {
    busy = 0;
    tell(say('waiting'));
    after.idle = () => {
      after.idle = undefined;
      const failed = form.querySelector('.question.faulty input[type=file]');
      if (failed) failed.focus();
      else submit(button);
    };
    return;
  }
  const entries = new Map(unsaved);
  const answer = await post(body(entries)).catch(() => undefined);
  if (answer?.ok) await settle(entries, answer);
  if (answer && answer.status !== 503 && answer.status !== 429) {
    leaving = true;
    form.requestSubmit(button);
    return;
  }
  busy = 0;
  held = true;
  tell(say(answer ? 'busy' : 'unsent'));
  pause(patience(0)).then(save);
}

form.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (leaving || button?.value !== 'submit') {
    // A language, the decline, "save": the form brings all along.
    leaving = true;
    if (button?.value === 'decline') {
      unsaved.clear();
      keep();
    }
    setTimeout(() => { leaving = false; }, 15_000);
    return;
  }
  event.preventDefault();
  submit(button);
});

form.addEventListener('input', ({ target }) => inputs.has(target.name) && changed(target.name));
form.addEventListener('change', ({ target }) => {
  if (target.type === 'file') choose(target);
  else if (unsaved.has(target.name)) save();
});
form.addEventListener('click', async (event) => {
  const button = event.target.closest('.files button');
  if (!button) return;
  event.preventDefault();
  const input = button.closest('.question').querySelector('input[type=file]');
  after.idle = undefined;
  // Without a connection it stays, and the form's own button would not help either.
  if (await drop(button.closest('li'))) input.focus();
  else tell(say('trouble'));
});

addEventListener('online', () => (unsaved.size || held) && save());
document.addEventListener('visibilitychange', () => document.hidden && part());
addEventListener('pagehide', part);
addEventListener('beforeunload', (event) => {
  const lost = unsaved.size && (failing || body(unsaved).length >= KEEPALIVE);
  if (!leaving && !state.over && (lost || onTheWay.size)) event.preventDefault();
});
addEventListener('pageshow', ({ persisted }) => {
  // Back from another page: it may have been sent meanwhile.
  if (persisted) location.reload();
});

restore();
if (location.search) history.replaceState(null, '', base + location.hash);
document.getElementById('summary')?.focus();
