// How far a list is, while it is worked through. Without this script one looks again by a link.

const sheet = document.getElementById('progress');
const bar = document.getElementById('bar');
const done = document.getElementById('done');

async function look() {
  try {
    const answer = await fetch(`/desk/invite/${sheet.dataset.of}/progress`, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    bar.value = told.done;
    done.textContent = String(told.done);
    if (!told.running) {
      location.reload();
      return;
    }
    setTimeout(look, 1000);
  } catch {
    // The server may be starting anew: it goes on with the list then, and so do we.
    setTimeout(look, 5000);
  }
}

setTimeout(look, 1000);
