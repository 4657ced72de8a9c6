// What can be done with a message: a menu, opened by a right click, a long press, Enter, or the menu key.
import {find} from './dom.js';

export function actions({quoted, reply, notices}) {
  const log = find('log'), menu = find('actions'), items = [...menu.querySelectorAll('[role=menuitem]')];
  let row = null;

  function close(back = true) {
    if (menu.hidden) return;
    menu.hidden = true;
    if (back) row?.focus({preventScroll: true});
  }

  function open(message, {x, y}) {
    row = message;
    find('copy').hidden = !quoted(Number(row.dataset.id))?.text;
    menu.hidden = false;
    const {width, height} = menu.getBoundingClientRect(), view = menu.offsetParent.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(x - view.left, view.width - width - 8))}px`;
    menu.style.top = `${Math.max(8, Math.min(y - view.top, view.height - height - 8))}px`;
    items[0].focus({preventScroll: true});
  }

  log.addEventListener('contextmenu', (event) => {
    const message = event.target.closest('.message');
    // A link, a picture and marked words have a menu of the browser's.
    if (!message || event.target.closest('a, img, video, input') || String(getSelection())) return;
    event.preventDefault();
    open(message, {x: event.clientX, y: event.clientY});
  });
  log.addEventListener('keydown', (event) => {
    if (!event.target.matches('.message')) return;
    if (event.key !== 'Enter' && event.key !== 'ContextMenu' && !(event.key === 'F10' && event.shiftKey)) return;
    event.preventDefault();
    const {left, bottom} = (event.target.querySelector('.bubble') ?? event.target).getBoundingClientRect();
    open(event.target, {x: left, y: Math.min(bottom, log.getBoundingClientRect().bottom)});
  });
  menu.addEventListener('keydown', (event) => {
    const there = items.filter((item) => !item.hidden), at = there.indexOf(document.activeElement);
    const moves = {
      ArrowDown: () => there[(at + 1) % there.length].focus(), ArrowUp: () => there.at(at - 1).focus(),
      Home: () => there[0].focus(), End: () => there.at(-1).focus(), Escape: () => close(), Tab: () => close(),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  });
  menu.addEventListener('focusout', (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && close(false));
  document.addEventListener('pointerdown', (event) => !menu.contains(event.target) && close(false));
  log.addEventListener('scroll', () => close(menu.contains(document.activeElement)));

  find('answer').addEventListener('click', () => {
    const id = Number(row.dataset.id), said = quoted(id);
    close();
    if (said) reply({id, ...said});
  });
  find('copy').addEventListener('click', async () => {
    const said = quoted(Number(row.dataset.id));
    close();
    try {
      await navigator.clipboard.writeText(said.text);
      notices.toast('Copied.');
    } catch {
      notices.toast('The browser does not allow to copy.');
    }
  });
}
