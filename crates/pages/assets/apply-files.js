// Files of the application form, piece by piece (tus 1.0.0): with a progress bar, on after a cut and after a reload.

import { base, form, make, patience, pause, say, state, tell } from './apply-base.js';

const PIECE = 2 * 1024 * 1024;
const SILENCE = 45_000;

/** Files on their way: { cancelled, request } by their row. */
export const onTheWay = new Map();

/** `idle`: called when the last one has arrived or failed. */
export const after = { idle: undefined };

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

/** Shows a list, or hides one in which nothing stands, with the help that belongs to it. */
function toggle(list, shown) {
  list.hidden = !shown;
  if (list.nextElementSibling?.matches('p.help')) list.nextElementSibling.hidden = !shown;
}

/** The list of an input's files. */
function listOf(input) {
  const question = input.closest('.question');
  let list = question.querySelector('.files');
  if (!list) {
    list = make('ul', { className: 'files', id: `${input.id}-files` });
    input.before(list);
  }
  toggle(list, true);
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
export async function choose(input) {
  const [file] = input.files;
  if (!file || state.over) return;
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
    if (!onTheWay.size) after.idle?.();
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
      state.over = true;
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
export async function drop(row) {
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
  const list = row.parentElement;
  row.remove();
  if (list && !list.children.length) toggle(list, false);
  return true;
}
