// A job's board: cards that are dragged or carried by keys, columns that load while one scrolls, what others do meanwhile.
// Without this script everything is a link or a form all the same (`templates/desk/board*.html`).
//
// A card is asked for anew whenever something happened to it, so that what is shown is always what the server says: a move of
// ours, a move of somebody else's and a refusal all end in `refresh`. Its words are the server's but for those in `WORDS`.

const board = document.getElementById('board');
const many = document.getElementById('many');
const say = document.getElementById('say');
const trouble = document.getElementById('trouble');
const base = `/desk/jobs/${board.dataset.job}`;
const query = board.dataset.query;
const may = 'may' in board.dataset;
// Whether letters are keys. Where they are not, the box of the card that one stands on is reached by Tab.
const letters = document.body.dataset.keys !== 'off';

const WORDS = {
  held: (who, where) => `${who} picked up in ${where}. Arrow keys carry, Enter drops, Escape puts back.`,
  over: (where) => `Over ${where}.`,
  back: (who, where) => `${who} put back in ${where}.`,
  fixed: (who) => `${who} cannot be moved.`,
  moved: (who, where, by) => `${by ?? 'Somebody else'} moved ${who} to ${where}.`,
  gone: 'This board is out of date.',
  offline: 'The server was not reached. Nothing was moved.',
  over2: 'You are signed out, or may not see this board any more. Please load the page anew.',
  chosen: (n) => (n ? `${n} selected:` : 'Select cards to do something with them.'),
};

document.documentElement.classList.add('scripted');

/* What is where */

const columns = () => [...board.querySelectorAll('[data-column]')];
const cardsOf = (column) => [...column.querySelectorAll('.card')];
const linkOf = (card) => card?.querySelector('.name a');
const nameOf = (card) => linkOf(card)?.textContent ?? '';
const headOf = (column) => column.querySelector('h2').firstChild.textContent.trim();
const boxOf = (card) => card?.querySelector('input[type="checkbox"]');
const address = (path, pairs) => `${base}/board${path}?${[query, pairs].filter(Boolean).join('&')}`;

/** Later in a column's order: newest first, then the higher number. */
function before(a, b) {
  const [[at, id], [at2, id2]] = [a, b].map((key) => key.split('.').map(Number));
  return at > at2 || (at === at2 && id > id2);
}

function tell(words) {
  say.textContent = '';
  // Said anew even if it is the same.
  requestAnimationFrame(() => { say.textContent = words; });
}

function complain(words) {
  trouble.textContent = words;
  trouble.hidden = !words;
}

/* One stop for the Tab key in each column; arrows go on from there. */

function arrange() {
  for (const column of columns()) {
    const links = cardsOf(column).map(linkOf);
    const stop = links.find((link) => link === document.activeElement) ?? links.find((link) => link.dataset.stop) ?? links[0];
    for (const link of links) link.tabIndex = link === stop ? 0 : -1;
    for (const inner of column.querySelectorAll('.card input, .card summary')) inner.tabIndex = -1;
    const box = letters ? null : boxOf(stop?.closest('.card'));
    if (box) box.tabIndex = 0;
    const none = column.querySelector('.nobody');
    if (none) none.hidden = links.length > 0;
  }
  const nobody = document.getElementById('nobody');
  if (nobody) nobody.hidden = board.querySelector('.card') !== null;
}

function go(card) {
  const link = linkOf(card);
  if (!link) return;
  for (const other of card.closest('[data-column]').querySelectorAll('.name a[data-stop]')) delete other.dataset.stop;
  link.dataset.stop = '1';
  arrange();
  link.focus({ preventScroll: true });
  card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** The card beside this one, in a column that has any. */
function beside(card, step) {
  const all = columns();
  const at = all.indexOf(card.closest('[data-column]'));
  const row = cardsOf(all[at]).indexOf(card);
  for (let n = at + step; n >= 0 && n < all.length; n += step) {
    const there = cardsOf(all[n]);
    if (there.length) return there[Math.min(row, there.length - 1)];
  }
  return null;
}

/* Drawing what the server says */

function made(html) {
  const template = document.createElement('template');
  template.innerHTML = html.trim();
  const card = template.content.firstElementChild;
  ready(card);
  return card;
}

/** Puts a card where it belongs; one that belongs below what is loaded comes when one scrolls there. */
function place(card, column) {
  const list = column.querySelector('.cards');
  const next = cardsOf(column).find((other) => before(card.dataset.key, other.dataset.key));
  if (next) list.insertBefore(card, next);
  else if (!column.querySelector('.more')) list.append(card);
  else return false;
  return true;
}

let asked = new Map();
let timer = 0;

/** Asks for these cards anew, soon: what happens at once is asked for at once. `by`: who did it, if it was somebody else. */
function refresh(uid, by) {
  asked.set(uid, by);
  timer ||= setTimeout(draw, 120);
}

async function draw() {
  timer = 0;
  const now = asked;
  asked = new Map();
  const uids = [...now.keys()];
  // Somebody did something to hundreds: the whole board is sooner drawn than each of them.
  if (uids.length > 300 && !held && !board.querySelector('input:checked')) {
    location.reload();
    return;
  }
  for (let n = 0; n < uids.length; n += 50) await drawSome(uids.slice(n, n + 50), now);
  arrange();
  count();
}

async function drawSome(uids, now) {
  let told;
  try {
    const answer = await fetch(address('/cards', uids.map((uid) => `a=${uid}`).join('&')), { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    told = await answer.json();
  } catch {
    complain(WORDS.gone);
    return;
  }
  const known = new Map(told.cards.map((card) => [card.a, card]));
  for (const uid of uids) {
    const old = document.getElementById(`a-${uid}`);
    const card = known.get(uid);
    const column = card && document.getElementById(`c-${card.column}`);
    const [had, focused] = [old?.closest('[data-column]'), old?.contains(document.activeElement)];
    const chosen = old && boxOf(old)?.checked;
    const beside = focused ? old.nextElementSibling ?? old.previousElementSibling : null;
    old?.remove();
    if (column) {
      const fresh = made(card.html);
      if (place(fresh, column)) {
        if (boxOf(fresh) && chosen) boxOf(fresh).checked = true;
        if (had !== column) fresh.classList.add('came');
        if (focused) go(fresh);
      }
    }
    if (focused && !document.getElementById(`a-${uid}`) && beside) go(beside);
    if (card && now.get(uid) !== undefined && (!had || had !== column)) tell(WORDS.moved(card.who, card.in, now.get(uid)));
  }
  for (const [name, number] of Object.entries(told.counts)) {
    const counter = document.querySelector(`#c-${CSS.escape(name)} .count`);
    if (counter) counter.textContent = number;
    const link = board.querySelector(`.ends a[href*="col=${CSS.escape(name)}"]`);
    if (link) link.textContent = link.textContent.replace(/[\d,]+$/, number);
  }
}

/* Moving */

async function move(card, column) {
  const [uid, to] = [card.id.slice(2), column.dataset.column.slice(1)];
  const body = new URLSearchParams({ do: 'move', a: `${uid}~${card.dataset.seen}`, to });
  card.classList.add('busy');
  complain('');
  try {
    const answer = await fetch(address('', ''), { method: 'POST', body, headers: { Accept: 'application/json' } });
    const kind = answer.headers.get('content-type') ?? '';
    if (!kind.startsWith('application/json')) throw new Error(String(answer.status));
    const told = await answer.json();
    if (told.moved) tell(told.said);
    else complain(told.said);
  } catch {
    complain(WORDS.offline);
  }
  card.classList.remove('busy');
  refresh(uid);
}

/** Whether a card may go into this column. */
const takes = (card, column) => column?.dataset.column.startsWith('s') && column !== card.closest('[data-column]');

/* By mouse */

let dragged = null;

function ready(card) {
  if (may && 'moves' in card.dataset) card.draggable = true;
  const form = card.querySelector('.move form');
  form?.addEventListener('submit', (event) => {
    const column = document.getElementById(`c-s${form.elements.to.value}`);
    // A column that is not here (one is shown alone): the form itself does it.
    if (!column) return;
    event.preventDefault();
    move(card, column);
  });
}

board.addEventListener('dragstart', (event) => {
  const card = event.target instanceof Element ? event.target.closest('.card[draggable="true"]') : null;
  if (!card) return;
  dragged = card;
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', nameOf(card));
  card.classList.add('dragged');
});

const over = (event) => (event.target instanceof Element ? event.target.closest('[data-column]') : null);

board.addEventListener('dragover', (event) => {
  const column = over(event);
  for (const other of columns()) other.classList.toggle('over', other === column && dragged !== null && takes(dragged, column));
  if (!dragged || !column || !takes(dragged, column)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'move';
});

board.addEventListener('drop', (event) => {
  const column = over(event);
  if (!dragged || !takes(dragged, column)) return;
  event.preventDefault();
  const card = dragged;
  put(card, column);
  move(card, column);
});

board.addEventListener('dragend', () => {
  dragged?.classList.remove('dragged');
  dragged = null;
  for (const column of columns()) column.classList.remove('over');
});

/** Shows it there at once; the server's answer draws it anew, wherever it is then. */
function put(card, column) {
  column.querySelector('.cards').prepend(card);
  arrange();
}

/* By keys */

let held = null;

function pickUp(card) {
  if (!card.draggable) {
    tell(WORDS.fixed(nameOf(card)));
    return;
  }
  const home = card.closest('[data-column]');
  held = { card, home, next: card.nextElementSibling };
  card.classList.add('held');
  tell(WORDS.held(nameOf(card), headOf(home)));
}

function carry(step) {
  const all = columns().filter((column) => column.dataset.column.startsWith('s'));
  const at = all.indexOf(held.card.closest('[data-column]'));
  const column = all[at + step];
  if (!column) return;
  put(held.card, column);
  go(held.card);
  tell(WORDS.over(headOf(column)));
}

function letGo(drop) {
  const { card, home, next } = held;
  const column = card.closest('[data-column]');
  held = null;
  card.classList.remove('held');
  if (drop && column !== home) {
    move(card, column);
    return;
  }
  if (next?.parentElement === home.querySelector('.cards')) next.before(card);
  else if (column !== home) home.querySelector('.cards').prepend(card);
  go(card);
  tell(WORDS.back(nameOf(card), headOf(home)));
}

function pressed(card, key, shift) {
  const siblings = cardsOf(card.closest('[data-column]'));
  const row = siblings.indexOf(card);
  switch (key) {
    case 'ArrowDown': return go(siblings[row + 1]);
    case 'ArrowUp': return go(siblings[row - 1]);
    case 'ArrowRight': return go(beside(card, 1));
    case 'ArrowLeft': return go(beside(card, -1));
    case 'Home': return go(siblings[0]);
    case 'End': return go(siblings.at(-1));
    case ' ': return may && pickUp(card);
    case 'x': case 'X': return choose(card, shift);
    default: return undefined;
  }
}

const KEYS = ['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft', 'Home', 'End', ' ', ...(letters ? ['x', 'X'] : [])];

board.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const card = event.target instanceof Element ? event.target.closest('.card') : null;
  if (!card || event.target !== linkOf(card)) return;
  if (held) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key === 'Tab') {
      letGo(false);
      return;
    }
    event.preventDefault();
    if (steps[event.key]) carry(steps[event.key]);
    else if (event.key === 'Enter' || event.key === ' ') letGo(true);
    else if (event.key === 'Escape') letGo(false);
    return;
  }
  if (KEYS.includes(event.key)) {
    event.preventDefault();
    pressed(card, event.key, event.shiftKey);
  }
});

board.addEventListener('focusin', (event) => {
  const card = event.target instanceof Element ? event.target.closest('.card') : null;
  if (!card || event.target !== linkOf(card)) return;
  for (const other of card.closest('[data-column]').querySelectorAll('.name a[data-stop]')) delete other.dataset.stop;
  event.target.dataset.stop = '1';
  arrange();
});

// Who clicks elsewhere lets go.
document.addEventListener('pointerdown', (event) => {
  if (held && !held.card.contains(event.target)) letGo(false);
});

/* Selecting */

let last = null;

function choose(card, shift) {
  const box = boxOf(card);
  if (!box) return;
  box.checked = !box.checked;
  reach(box, shift);
}

/** With Shift, everything between the last one and this becomes as this. */
function reach(box, shift) {
  const column = box.closest('[data-column]');
  if (shift && last && last.isConnected && last.closest('[data-column]') === column) {
    const boxes = cardsOf(column).map(boxOf).filter(Boolean);
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
  count();
}

function count() {
  if (!many) return;
  const whole = [...board.querySelectorAll('.all input:checked')];
  const inWhole = whole.map((box) => Number(box.closest('[data-column]').querySelector('.count').textContent.replace(/\D/g, '')));
  const single = [...board.querySelectorAll('.card input[name="a"]:checked')].filter((box) => !whole.some((all) => all.closest('[data-column]').contains(box)));
  const n = single.length + inWhole.reduce((sum, one) => sum + one, 0);
  document.getElementById('picked').textContent = WORDS.chosen(n);
  many.classList.toggle('on', n > 0);
}

board.addEventListener('click', (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.type !== 'checkbox') return;
  if (box.name === 'col') {
    for (const card of cardsOf(box.closest('[data-column]'))) if (boxOf(card)) boxOf(card).checked = box.checked;
    count();
  } else {
    const all = box.closest('[data-column]').querySelector('.all input');
    if (all && !box.checked) all.checked = false;
    reach(box, event.shiftKey);
  }
});

/* Columns that load as one scrolls */

async function more(mark) {
  const [link, column] = [mark.querySelector('a'), mark.closest('[data-column]')];
  if (!link || mark.dataset.busy) return;
  mark.dataset.busy = '1';
  try {
    const answer = await fetch(link.getAttribute('href').replace('/board?', '/board/column?'), { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    const all = column.querySelector('.all input')?.checked;
    for (const html of told.cards) {
      const card = made(html);
      // One that moved here meanwhile is here already.
      if (document.getElementById(card.id)) continue;
      if (all && boxOf(card)) boxOf(card).checked = true;
      mark.before(card);
    }
    if (told.more) link.setAttribute('href', told.more);
    else mark.remove();
    arrange();
  } catch {
    // The link is still there to be followed.
    seen.unobserve(mark);
  }
  delete mark.dataset.busy;
  // Still in sight: the next part, too.
  if (mark.isConnected) {
    seen.unobserve(mark);
    seen.observe(mark);
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) more(entry.target);
});

for (const mark of board.querySelectorAll('.more')) {
  seen.observe(mark);
  mark.querySelector('a').addEventListener('click', (event) => {
    event.preventDefault();
    more(mark);
  });
}
for (const card of board.querySelectorAll('.card')) ready(card);

/* What others do */

const MOVES = ['application.advanced', 'application.hired', 'application.rejected', 'application.withdrawn'];
let stream = null;
let heard = board.dataset.place;
let wait = 0;

function listen() {
  stream?.close();
  stream = new EventSource(`${base}/events?after=${heard}`);
  stream.addEventListener('hello', () => { wait = 0; });
  stream.addEventListener('card', (event) => {
    heard = event.lastEventId;
    const { a, by, mine, kind } = JSON.parse(event.data);
    if (held?.card.id === `a-${a}`) letGo(false);
    refresh(a, mine || !MOVES.includes(kind) ? undefined : by);
  });
  stream.addEventListener('job', (event) => { heard = event.lastEventId; complain(WORDS.gone); });
  stream.addEventListener('reset', () => location.reload());
  stream.addEventListener('over', () => {
    stream.close();
    complain(WORDS.over2);
  });
  stream.onerror = () => {
    // A browser tries again by itself after a cut, but not after a refusal.
    if (stream.readyState !== EventSource.CLOSED) return;
    wait = Math.min(60_000, (wait || 5_000) * 2);
    setTimeout(() => { if (!document.hidden) listen(); }, wait);
  };
}

// A page that nobody looks at holds no connection; it hears what it missed when somebody does.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) listen();
});
window.addEventListener('pagehide', () => stream?.close());

arrange();
count();
listen();
