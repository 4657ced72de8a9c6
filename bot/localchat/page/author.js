// The workshop's tab for authors: what the check says, a step heard, two languages side by side.
import {checked} from './checked.js';
import {compare} from './compare.js';
import {el, find} from './dom.js';
import {hear} from './hear.js';

const VIEWS = [checked, hear, compare];

// What is known of the content, for all of them: `state` as the server gave it last, `saying` the words being measured.
// Tells 'state' and 'saying'.
class Desk extends EventTarget {
  state = {};
  saying = '';
  #ask = null;
  #newest = -1;
  #asking = false;

  begin(ask) {
    this.#ask = ask;
    document.addEventListener('desk', ({detail}) => {
      this.saying = detail.saying;
      this.dispatchEvent(new Event('saying'));
      this.#newest = detail.version;
      if (this.#newest !== this.state.version) this.fresh();
    });
    return this.fresh();
  }

  // Ask for the newest state; what comes meanwhile is asked for right after it.
  async fresh() {
    if (this.#asking) return;
    this.#asking = true;
    const given = await this.#ask('desk');
    this.#asking = false;
    if (!given) return;
    this.set(given);
    if (this.#newest > given.version) this.fresh();
  }

  set(state) {
    this.state = state;
    this.saying = state.saying ?? '';
    this.dispatchEvent(new Event('state'));
  }

  get amiss() {
    return this.state.problems?.length ?? 0;
  }
}

const desk = new Desk();
let shown = false;

// A mark on the workshop's button while something is amiss and nobody is looking at it. Its name stays: only its
// description says more.
function mark() {
  const button = find('workshop-button'), marked = desk.amiss > 0 && !shown;
  button.toggleAttribute('data-amiss', marked);
  button.title = marked ? `In the content there is something to mend: ${desk.amiss}` : '';
}

export const author = {
  name: 'Author',
  begin({ask}) {
    desk.addEventListener('state', mark);
    desk.begin(ask);
  },
  show(panel, tools) {
    shown = true;
    mark();
    const place = el('div', {className: 'view'});
    const choice = el('fieldset', {className: 'choice'}, el('legend', {textContent: 'What to look at'}));
    let leave = null;
    const show = (view) => {
      leave?.();
      localStorage.authorView = view.name;
      place.replaceChildren();
      leave = view.show(place, {...tools, desk}) ?? null;
    };
    const first = VIEWS.find(({name}) => name === localStorage.authorView) ?? VIEWS[0];
    for (const view of VIEWS) {
      const input = el('input', {type: 'radio', name: 'author-view', value: view.name, checked: view === first});
      input.addEventListener('change', () => show(view));
      choice.append(el('label', {}, input, el('span', {textContent: view.name})));
    }
    panel.append(choice, place);
    show(first);
    tools.tell('desk/look').then((given) => given && desk.set(given));
    return () => {
      leave?.();
      shown = false;
      mark();
    };
  },
};
