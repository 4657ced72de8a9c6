// What the tabs that look into the bot share: asking quietly, following what happens, copying.
import {el, find} from './dom.js';

const SOON = 150, SETTLED = 1_200, ANYWAY = 4_000; // milliseconds

// What the server says, as JSON; undefined if it can't be reached: nobody is told each second that it is away.
export async function look({person}, path, query = {}) {
  const asked = new URLSearchParams(person);
  for (const [name, value] of Object.entries(query)) if (value) asked.set(name, value);
  try {
    const answer = await fetch(`/workshop/${path}?${asked}`);
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

// Calls `draw` now, after each change in the chat (what is stored settles a moment later) and now and then. Gives the
// function that ends it.
export function follow(draw) {
  let soon = 0, settled = 0, running = false, again = false;
  async function once() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await draw();
    } while (again);
    running = false;
  }
  function changed() {
    clearTimeout(soon);
    clearTimeout(settled);
    soon = setTimeout(once, SOON);
    settled = setTimeout(once, SETTLED);
  }
  const watcher = new MutationObserver(changed);
  watcher.observe(find('log'), {childList: true, subtree: true, characterData: true});
  const anyway = setInterval(() => !document.hidden && once(), ANYWAY);
  once();
  return () => {
    watcher.disconnect();
    clearInterval(anyway);
    clearTimeout(soon);
    clearTimeout(settled);
  };
}

// A button that copies what `text()` gives; where the clipboard is shut, `box` (a text field) is selected instead.
export function copying(label, text, box = null) {
  const button = el('button', {type: 'button', className: 'action', textContent: label});
  let back = 0;
  button.addEventListener('click', async () => {
    let said = 'Copied';
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      said = box ? 'Selected: copy it with the keyboard' : 'The clipboard is shut';
      box?.focus();
      box?.select();
    }
    button.textContent = said;
    clearTimeout(back);
    back = setTimeout(() => { button.textContent = label; }, 2_000);
  });
  return button;
}

export const clockTime = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
