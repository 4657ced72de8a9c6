// A button that opens something: Escape, and a click elsewhere unless it stays, close it again. Gives the function that
// opens (true) and closes (false) it.
export function opens(button, target, toggle, {stays = false} = {}) {
  const set = (open) => {
    button.ariaExpanded = String(open);
    toggle(open);
  };
  button.addEventListener('click', () => set(button.ariaExpanded !== 'true'));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || button.ariaExpanded !== 'true') return;
    if (stays && !target.contains(document.activeElement)) return;
    set(false);
    button.focus();
  });
  document.addEventListener('pointerdown', (event) => {
    if (!stays && !target.contains(event.target) && !button.contains(event.target)) set(false);
  });
  return set;
}
