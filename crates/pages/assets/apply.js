// Makes the application form pleasant: saves while one types, sends files piece by piece and goes on after a cut. The form is
// complete without it; what it does not know how to do, it leaves to the form.
//
// Nothing typed is lost: until the server has it, it lies on this device too (localStorage, under a name that opens nothing).
// What it says are the server's words, in the page's language, from `data-words`.

const form = document.getElementById('form');
const words = JSON.parse(form.dataset.words);
const line = document.getElementById('saving');
const base = location.pathname;
const csrf = form.elements.csrf.value;
const seen = JSON.parse(form.elements.seen.value);
const shelf = `muster-unsaved-${csrf}`;

const QUICK = 1_000;
const KEEPALIVE = 60_000;
const PIECE = 2 * 1024 * 1024;
const SILENCE = 45_000;
const DAYS = 7 * 86_400_000;

const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** A message with its values. */
function say(id, values = {}) {
  return words[id].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The status line says `text`; `onward` offers to load the page again. What it says already is not said again. */
function tell(text, onward) {
  if (line.dataset.said === text) return;
  line.dataset.said = text;
  line.replaceChildren(text);
  if (!onward) return;
  const link = make('a', { href: base, textContent: say('again') });
  line.append(' ', link);
}

/** An element with these properties and children. */
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** How long to wait before try number `n`, ms: longer each time, never the same for everybody. */
function patience(n, retryAfter) {
  const asked = Number(retryAfter) * 1_000 || 0;
  return Math.max(asked, Math.min(30_000, 1_000 * 2 ** n) * (0.75 + Math.random() / 2));
}

/** Waits for `ms`, or until there is a connection again. */
function pause(ms) {
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
let over = false;
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
  while (unsaved.size && !over) {
    const answer = await put(new Map(unsaved));
    if (answer !== true) return answer;
  }
  return !over;
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
    tell(say('saved'));
    return true;
  }
  failing = true;
  if ([403, 404, 410].includes(answer?.status)) {
    over = true;
    tell(say('over'), true);
    return false;
  }
  tell(say(answer ? 'trouble' : 'offline'));
  pause(patience(tries++, answer?.headers.get('Retry-After'))).then(save);
  return false;
}

/** Sends what is unsaved on the way out. Whether it arrives nobody hears, so it stays on this device too. */
function part() {
  keep();
  if (!unsaved.size || over || leaving) return;
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

// --- files --------------------------------------------------------------------------------------------------------

/** Files on their way: { cancelled, request } by their row. */
const onTheWay = new Map();

function size(bytes) {
  if (bytes < 1_024) return say('bytes', { n: bytes });
  if (bytes < 1_048_576) return say('kilobytes', { n: Math.ceil(bytes / 1_024) });
  return say('megabytes', { n: Math.ceil(bytes / 1_048_576) });
}

function call(method, path, headers = {}) {
  return fetch(`${base}/uploads${path}`, {
    method, headers: { 'Tus-Resumable': '1.0.0', ...headers }, signal: AbortSignal.timeout?.(SILENCE),
  });
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** Marks a file on this device, so that one goes on with it and no other of the same name. */
const mark = (uid) => `muster-file-${uid}`;
const print = (file) => `${file.name}/${file.size}/${file.lastModified}`;

function remember(uid, file) {
  try {
    localStorage.setItem(mark(uid), print(file));
  } catch { /* Then it begins anew after a reload. */ }
}

function forget(uid) {
  try {
    localStorage.removeItem(mark(uid));
  } catch { /* Nothing was there. */ }
}

function remembered(uid) {
  try {
    return localStorage.getItem(mark(uid));
  } catch {
    return null;
  }
}

/** The list of an input's files. */
function listOf(input) {
  const question = input.closest('.question');
  let list = question.querySelector('.files');
  if (!list) {
    list = make('ul', { className: 'files', id: `${input.id}-files` });
    input.before(list);
  }
  return list;
}

function rowOf(input, file, uid) {
  const row = make('li', {},
    make('span', {}, make('strong', { textContent: file.name }), ' ', make('span', { className: 'quiet' })),
    make('progress', { max: file.size, value: 0 }),
    make('button', { type: 'button', className: 'plain', textContent: say('cancel', { name: file.name }) }));
  if (uid) row.dataset.upload = uid;
  listOf(input).append(row);
  return row;
}

function show(row, file, done, id = 'part') {
  const text = say(id, { name: file.name, done: size(done), whole: size(file.size) });
  row.querySelector('.quiet').textContent = text;
  const bar = row.querySelector('progress');
  bar.value = done;
  bar.setAttribute('aria-label', `${file.name}: ${text}`);
}

/** Says what is wrong with a file, at its input, or that nothing is. */
function fault(input, text) {
  const question = input.closest('.question');
  question.querySelector('.fault')?.remove();
  question.classList.toggle('faulty', Boolean(text));
  const ids = (input.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && id !== `${input.id}-fault`);
  if (text) {
    const prefix = make('strong', { textContent: say('fault') });
    const note = make('p', { className: 'fault', id: `${input.id}-fault`, role: 'alert' }, prefix, ' ', text);
    (question.querySelector('.files') ?? input).before(note);
    ids.unshift(note.id);
    input.setAttribute('aria-invalid', 'true');
  } else input.removeAttribute('aria-invalid');
  if (ids.length) input.setAttribute('aria-describedby', ids.join(' '));
  else input.removeAttribute('aria-describedby');
}

/** A file was chosen. */
async function choose(input) {
  const [file] = input.files;
  if (!file || over) return;
  fault(input);
  // From here on it is ours: the form would send it once more.
  input.value = '';
  if (file.size > Number(form.dataset.largest)) return fault(input, say('large'));
  if (!file.size) return fault(input, say('empty'));
  const waiting = [...listOf(input).querySelectorAll('li:not([data-complete])')];
  const known = waiting.find((row) => row.dataset.upload && !onTheWay.has(row) && remembered(row.dataset.upload) === print(file));
  for (const row of waiting) {
    if (row === known) row.remove();
    else await drop(row);
  }
  const row = rowOf(input, file, known?.dataset.upload);
  const way = { cancelled: false };
  onTheWay.set(row, way);
  show(row, file, 0);
  try {
    await send(input, file, row, way);
  } catch (error) {
    if (!way.cancelled) {
      row.remove();
      fault(input, error.said ?? say('broken'));
    }
  } finally {
    onTheWay.delete(row);
    if (!onTheWay.size) wanted?.();
  }
}

/** A failure in the person's words. */
const said = (id) => Object.assign(new Error(id), { said: say(id) });

/** Takes a file through, however often the connection is cut. */
async function send(input, file, row, way) {
  let at = null;
  for (let n = 0; !way.cancelled;) {
    let answer;
    try {
      if (!row.dataset.upload) answer = await begin(input, file, row);
      else if (at === null) answer = await call('HEAD', `/${row.dataset.upload}`);
      else answer = await piece(file, row, way, at);
    } catch (error) {
      if (error.name === 'NotReadableError' || error.name === 'NotFoundError') throw said('broken');
    }
    if (way.cancelled) return;
    const reached = answer?.headers.get('Upload-Offset');
    if (answer?.ok && reached !== null) {
      n = 0;
      at = Number(reached);
      show(row, file, at);
      if (at >= file.size) return whole(input, file, row);
    } else if (answer?.status === 409) at = null;
    else if (answer?.status === 413) throw said('quota');
    else if (answer?.status === 410) {
      over = true;
      tell(say('over'), true);
      throw said('broken');
    } else if (answer?.status === 404 && row.dataset.upload) {
      forget(row.dataset.upload);
      delete row.dataset.upload;
      at = null;
      if (++n > 3) throw said('broken');
    } else if (answer && ![408, 429].includes(answer.status) && answer.status < 500) throw said('broken');
    else {
      at = null;
      show(row, file, row.querySelector('progress').value, 'cut');
      await pause(patience(n++, answer?.headers.get('Retry-After')));
    }
  }
}

async function begin(input, file, row) {
  const metadata = `filename ${base64(file.name)},field ${base64(input.name)}`;
  const answer = await call('POST', '', { 'Upload-Length': String(file.size), 'Upload-Metadata': metadata });
  if (answer.ok) {
    row.dataset.upload = answer.headers.get('Location').split('/').pop();
    remember(row.dataset.upload, file);
  }
  return answer;
}

/** Sends the piece at `at`. XMLHttpRequest, since fetch does not say how far a body has gone. */
async function piece(file, row, way, at) {
  const bytes = await file.slice(at, at + PIECE).arrayBuffer();
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    way.request = request;
    request.open('PATCH', `${base}/uploads/${row.dataset.upload}`);
    request.setRequestHeader('Tus-Resumable', '1.0.0');
    request.setRequestHeader('Upload-Offset', String(at));
    request.setRequestHeader('Content-Type', 'application/offset+octet-stream');
    let silence;
    const watch = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE);
    };
    request.upload.onprogress = ({ loaded }) => {
      watch();
      show(row, file, at + loaded);
    };
    request.onloadend = () => {
      clearTimeout(silence);
      if (!request.status) return fail(new Error('cut'));
      const { status } = request;
      done({ status, ok: status < 300, headers: { get: (name) => request.getResponseHeader(name) } });
    };
    watch();
    request.send(bytes);
  });
}

/** The file has arrived: it takes the place of the one before. */
function whole(input, file, row) {
  for (const other of listOf(input).querySelectorAll('li[data-complete]')) other.remove();
  forget(row.dataset.upload);
  row.dataset.complete = '';
  row.querySelector('progress').remove();
  row.querySelector('.quiet').textContent = `${say('here')}, ${size(file.size)}`;
  row.querySelector('button').textContent = say('remove', { name: file.name });
  tell(say('arrived', { name: file.name }));
}

/** Takes a file off, whole or not. */
async function drop(row) {
  const way = onTheWay.get(row);
  if (way) {
    way.cancelled = true;
    way.request?.abort();
  }
  const uid = row.dataset.upload;
  if (uid) {
    const answer = await call('DELETE', `/${uid}`).catch(() => undefined);
    if (!answer?.ok && answer?.status !== 404 && row.hasAttribute('data-complete')) return false;
    forget(uid);
  }
  row.remove();
  return true;
}

// --- sending ------------------------------------------------------------------------------------------------------

/** What waits for the files on their way. */
let wanted;
let busy = 0;

/**
 * The form is sent by the browser itself, once the server has all that is written: so a lost connection is said here, on the page, and
 * not by a page of the browser's. A second click within some seconds is the same one; after that it is a new try, of which
 * the server makes the same application.
 */
async function submit(button) {
  if (Date.now() - busy < 15_000) return;
  busy = Date.now();
  tell(say('sending'));
  if (onTheWay.size) {
    busy = 0;
    tell(say('waiting'));
    wanted = () => {
      wanted = undefined;
      const failed = form.querySelector('.question.faulty input[type=file]');
      if (failed) failed.focus();
      else submit(button);
    };
    return;
  }
  const answer = await post(body(unsaved)).catch(() => undefined);
  if (answer && answer.status !== 503 && answer.status !== 429) {
    leaving = true;
    form.requestSubmit(button);
    return;
  }
  busy = 0;
  tell(say(answer ? 'busy' : 'unsent'));
  save();
}

form.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (leaving || button?.value !== 'submit') {
    // A language, the decline, "save": the form brings all along.
    leaving = true;
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
  wanted = undefined;
  // Without a connection it stays, and the form's own button would not help either.
  if (await drop(button.closest('li'))) input.focus();
  else tell(say('trouble'));
});

addEventListener('online', () => unsaved.size && save());
document.addEventListener('visibilitychange', () => document.hidden && part());
addEventListener('pagehide', part);
addEventListener('beforeunload', (event) => {
  const lost = unsaved.size && (failing || body(unsaved).length >= KEEPALIVE);
  if (!leaving && !over && (lost || onTheWay.size)) event.preventDefault();
});
addEventListener('pageshow', ({ persisted }) => {
  // Back from another page: it may have been sent meanwhile.
  if (persisted) location.reload();
});

restore();
if (location.search) history.replaceState(null, '', base + location.hash);
document.getElementById('summary')?.focus();
