// Rows that are put in order: by a drag, by the arrow keys on a row's buttons, by these buttons themselves. The order is that of
// the form's inputs, so that saving is the form's own business; without this script the buttons ask the server.

const list = document.querySelector('ol.sortable');
const says = document.querySelector('[data-says]');

/** What the page says is its own: `{name}` and the like are filled. */
function say(row) {
  const rows = [...list.children];
  const words = { name: row.dataset.name, n: rows.indexOf(row) + 1, of: rows.length };
  says.textContent = list.dataset.moved.replace(/\{(\w+)\}/g, (_, key) => words[key]);
}

/** Buttons name a row by its place. */
function renumber() {
  const rows = [...list.children];
  rows.forEach((row, n) => {
    for (const button of row.querySelectorAll('button[name="do"]')) {
      button.value = button.value.replace(/\d+$/, n);
    }
    for (const number of row.querySelectorAll('[data-number]')) number.textContent = n + 1;
    row.querySelector('[data-up]').disabled = n === 0;
    row.querySelector('[data-down]').disabled = n === rows.length - 1;
  });
}

function move(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return false;
  if (by < 0) other.before(row);
  else other.after(row);
  renumber();
  say(row);
  return true;
}

list?.addEventListener('click', (event) => {
  const button = event.target.closest('[data-up], [data-down]');
  if (!button) return;
  event.preventDefault();
  const row = button.closest('[data-row]');
  move(row, 'up' in button.dataset ? -1 : 1);
  // A button that is of no use any more cannot keep the focus.
  (button.disabled ? row.querySelector('[data-up]:enabled, [data-down]:enabled') : button)?.focus();
});

list?.addEventListener('keydown', (event) => {
  const button = event.target.closest('[data-up], [data-down]');
  if (!button || !['ArrowUp', 'ArrowDown'].includes(event.key)) return;
  event.preventDefault();
  const row = button.closest('[data-row]');
  move(row, event.key === 'ArrowUp' ? -1 : 1);
  (button.disabled ? row.querySelector('[data-up]:enabled, [data-down]:enabled') : button)?.focus();
});

let dragged;
for (const row of list?.children ?? []) {
  row.draggable = true;
  row.addEventListener('dragstart', (event) => {
    // Text in an input is selected by the same gesture.
    if (event.target !== row || document.activeElement?.matches('input, select')) {
      event.preventDefault();
      return;
    }
    dragged = row;
    event.dataTransfer.effectAllowed = 'move';
    row.classList.add('dragged');
  });
  row.addEventListener('dragend', () => {
    row.classList.remove('dragged');
    dragged = undefined;
    renumber();
    say(row);
  });
  row.addEventListener('dragover', (event) => {
    if (!dragged || dragged === row) return;
    event.preventDefault();
    const box = row.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) row.before(dragged);
    else row.after(dragged);
  });
}
list?.addEventListener('dragover', (event) => { if (dragged) event.preventDefault(); });
list?.addEventListener('drop', (event) => event.preventDefault());
