// The workshop: what only this chat can do, a tab for each kind of it. A tab is {name, show(panel, tools)}; `show` fills the
// panel and may return a function that is called when another takes its place. A tab's `begin(tools)`, if it has one, is
// called once, with the page.
import {opens} from './opens.js';
import {el, find} from './dom.js';
import {icon} from './icons.js';
import {author} from './author.js';
import {bot} from './bot.js';
import {data} from './data.js';
import {outline} from './outline.js';
import {people} from './people.js';
import {story} from './story.js';
import {time} from './time.js';
import {trouble} from './trouble.js';
import {wire} from './wire.js';

const TABS = [outline, time, people, trouble, author, data, wire, story, bot];
const over = matchMedia('(max-width: 60rem)'); // as in workshop.css: it lies over the chat, which nobody can reach then

// `tools` is what a tab may use: ask(path), tell(path, body), clock, messages, person.
export function workshop(tools) {
  const aside = find('workshop'), panel = find('panel');
  for (const tab of TABS) tab.begin?.(tools);
  let shown = null, leave = null;

  function show(tab) {
    leave?.();
    shown = tab;
    panel.replaceChildren();
    panel.scrollTop = 0;
    panel.setAttribute('aria-labelledby', `tab-${tab.name}`);
    for (const button of find('tabs').children) {
      const here = button.textContent === tab.name;
      button.ariaSelected = String(here);
      button.tabIndex = here ? 0 : -1;
    }
    localStorage.tab = tab.name;
    leave = tab.show(panel, tools) ?? null;
  }

  find('tabs').append(...TABS.map((tab) => {
    const button = el('button', {type: 'button', role: 'tab', id: `tab-${tab.name}`, textContent: tab.name});
    button.setAttribute('aria-controls', 'panel');
    button.addEventListener('click', () => show(tab));
    return button;
  }));
  find('tabs').addEventListener('keydown', (event) => {
    const at = TABS.indexOf(shown), on = document.documentElement.dir === 'rtl' ? -1 : 1;
    const to = {ArrowRight: at + on, ArrowLeft: at - on, Home: 0, End: TABS.length - 1}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = TABS[(to + TABS.length) % TABS.length];
    show(next);
    find(`tab-${next.name}`).focus();
  });

  find('workshop-button').append(icon('workshop'));
  find('workshop-close').append(icon('close'));
  const cover = () => { find('chat').inert = over.matches && !aside.hidden; };
  over.addEventListener('change', cover);
  const set = opens(find('workshop-button'), aside, (open) => {
    aside.hidden = !open;
    cover();
    localStorage.workshop = open ? 'open' : '';
    if (open) {
      show(TABS.find(({name}) => name === localStorage.tab) ?? TABS[0]);
      if (over.matches) find(`tab-${shown.name}`).focus();
    } else {
      leave?.();
      leave = null;
    }
  }, {stays: true});
  find('workshop-close').addEventListener('click', () => {
    set(false);
    find('workshop-button').focus();
  });
  if (localStorage.workshop) set(true);
}
