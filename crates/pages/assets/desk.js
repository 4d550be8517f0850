// The desk's keys, on every page of it: `/` goes to the search, `g` and a letter to a part of the desk, `?` lists them. A member
// may switch them off (WCAG 2.1.4). Without this script everything is a link or a form all the same.

const on = document.body.dataset.keys !== 'off';
const help = document.getElementById('help');
const find = document.getElementById('find');
let waiting = 0;

/** Whether somebody is typing, so that letters are theirs. */
function typing(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

document.addEventListener('keydown', (event) => {
  if (!on || help?.open || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === '/' && find) {
    event.preventDefault();
    find.focus();
    find.select();
    return;
  }
  if (event.key === '?' && help) {
    event.preventDefault();
    help.showModal();
    return;
  }
  if (event.key === 'g') {
    waiting = Date.now() + 1500;
    return;
  }
  if (Date.now() < waiting) {
    waiting = 0;
    const place = document.querySelector(`.places a[data-key="${CSS.escape(event.key)}"]`);
    if (place) {
      event.preventDefault();
      place.click();
    }
  }
});

// Where the keys are listed: here and now, rather than on another page.
for (const link of document.querySelectorAll('a[data-help]')) {
  if (!help) break;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    help.showModal();
  });
}

// A menu closes as one expects: by Escape, and when one looks elsewhere.
for (const menu of document.querySelectorAll('details.me, details.menu')) {
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// What is to be passed on can be copied by a button, where the browser lets us.
for (const button of document.querySelectorAll('button[data-copy]')) {
  if (!navigator.clipboard) break;
  const from = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(from.textContent.trim());
    button.setAttribute('data-copied', '');
  });
}

// What was wrong is read first.
document.querySelector('.summary[role="alert"]')?.focus();
