// New rows of a table, while somebody looks at it. Without this script one reloads the page.

const MOST = 300;
const list = document.querySelector('[data-live]');
const state = document.getElementById('live');
const hold = document.getElementById('live-hold');
let heard;
let after = list?.dataset.after;
let count = 0;

function say(words) {
  if (state.textContent !== words) state.textContent = words;
}

function begin() {
  const address = new URL(list.dataset.live, location.href);
  address.searchParams.set('after', after);
  heard = new EventSource(address);
  heard.addEventListener('hello', () => say('Live: new rows come by themselves.'));
  heard.addEventListener('row', (event) => {
    after = event.lastEventId;
    count += 1;
    const made = document.createElement('template');
    made.innerHTML = event.data;
    const row = made.content.firstElementChild;
    row.classList.add('new');
    list.prepend(row);
    while (list.rows.length > MOST) list.rows[list.rows.length - 1].remove();
    document.getElementById('none')?.remove();
    document.title = document.title.replace(/^(\(\d+\) )?/, document.hidden ? `(${count}) ` : '');
  });
  heard.addEventListener('over', () => {
    heard.close();
    say('Not live any more: sign in again.');
  });
  heard.addEventListener('error', () => {
    say(heard.readyState === EventSource.CLOSED ? 'Not live: reload the page for what is new.' : 'Connecting again …');
  });
}

if (list && globalThis.EventSource) {
  hold.hidden = false;
  hold.addEventListener('click', () => {
    if (heard.readyState === EventSource.CLOSED) {
      hold.textContent = 'Pause';
      begin();
    } else {
      heard.close();
      hold.textContent = 'Go on';
      say('Paused.');
    }
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    count = 0;
    document.title = document.title.replace(/^\(\d+\) /, '');
  });
  begin();
}
