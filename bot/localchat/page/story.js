// The workshop's tab that turns what was done here into the skeleton of a test.
import {el} from './dom.js';
import {copying, follow, look} from './glass.js';

export const story = {
  name: 'Story',
  show(panel, tools) {
    const mark = `story${tools.person}`; // where it begins, as this tab of the browser remembers it
    let found = null;
    const box = el('textarea', {readOnly: true, className: 'story', rows: 22, spellcheck: false, wrap: 'off', ariaLabel: 'The story as a test'});
    const none = el('p', {className: 'quiet', role: 'status'});
    const here = el('button', {type: 'button', className: 'action', textContent: 'Begin here'});
    const whole = el('button', {type: 'button', className: 'action', textContent: 'From /start'});

    async function draw() {
      const [epoch, after] = (sessionStorage[mark] ?? '').split('-');
      const told = await look(tools, 'story', {epoch, after});
      if (told === undefined) return;
      found = told;
      none.textContent = told.text ? '' : 'Nothing was done since. Say or tap something.';
      none.hidden = Boolean(told.text);
      if (box.value !== told.text) box.value = told.text;
    }
    here.addEventListener('click', () => {
      if (!found) return undefined;
      sessionStorage[mark] = `${found.epoch}-${found.last}`;
      return draw();
    });
    whole.addEventListener('click', () => {
      sessionStorage.removeItem(mark);
      return draw();
    });

    panel.append(
      el('h2', {textContent: 'What was done, as a test'}),
      el('p', {textContent: 'What you say, tap and see here becomes a story that a test tells. Play something, copy it into tests/conversations, give it a name, and keep what matters.'}),
      el('span', {className: 'buttons'}, here, whole, copying('Copy', () => box.value, box)),
      none, box,
      el('p', {className: 'quiet', textContent: 'What you typed is in it, word for word. It stays on this computer, in memory alone, until you copy it or the program ends.'}));
    return follow(draw);
  },
};
