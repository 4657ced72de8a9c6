// The workshop's tab about the wire: what the bot asks Telegram for, and what it gets.
import {el} from './dom.js';
import {copying, look} from './glass.js';
import {folded} from './json.js';

const EVERY = 1_000; // milliseconds between looks
const MOST = 500; // calls that stay on the page, as many as the server remembers

// What was chosen last; it holds until the page is closed.
const chosen = {chat: true, idle: false, method: ''};

export const wire = {
  name: 'Wire',
  show(panel, tools) {
    let last = 0, first = 0, paused = false, running = false, turn = 0;
    const list = el('ol', {className: 'wire'}), none = el('p', {className: 'quiet', textContent: 'Nothing yet.'});
    const earlier = el('button', {type: 'button', className: 'action', textContent: 'Show earlier ones', hidden: true});
    const pause = el('button', {type: 'button', className: 'action', textContent: 'Pause'});
    pause.ariaPressed = 'false';
    const clear = el('button', {type: 'button', className: 'action', textContent: 'Clear'});
    const method = el('input', {type: 'search', value: chosen.method, placeholder: 'All methods', ariaLabel: 'Only methods with these letters'});
    const only = choice('This chat only', 'chat', anew), idle = choice('Empty polls, too', 'idle', anew);

    const asked = () => ({chat: chosen.chat && 'this', idle: chosen.idle && 'yes', method: chosen.method});

    async function page(query) {
      if (running) return;
      running = true;
      const mine = turn, found = await look(tools, 'wire', {...asked(), ...query});
      if (mine !== turn) return;
      running = false;
      if (!found) return;
      const atEnd = panel.scrollHeight - panel.scrollTop - panel.clientHeight < 80, rows = found.map(call);
      if (query.before) {
        const height = panel.scrollHeight;
        list.prepend(...rows);
        panel.scrollTop += panel.scrollHeight - height; // what is read stays where it is
      } else {
        list.append(...rows);
        last = found.at(-1)?.number ?? last;
        while (list.childElementCount > MOST) list.firstElementChild.remove();
      }
      first = Number(list.firstElementChild?.dataset.number ?? 0);
      none.hidden = list.childElementCount > 0;
      earlier.hidden = first <= 1 || (query.before && !found.length);
      if (!query.before && found.length && atEnd) panel.scrollTop = panel.scrollHeight;
    }

    function anew() {
      turn += 1;
      running = false;
      last = first = 0;
      list.replaceChildren();
      return page({});
    }

    earlier.addEventListener('click', () => page({before: first}));
    pause.addEventListener('click', () => {
      paused = !paused;
      pause.ariaPressed = String(paused);
      pause.textContent = paused ? 'Go on' : 'Pause';
      if (!paused) page({after: last});
    });
    clear.addEventListener('click', async () => {
      if (await tools.tell('wire/clear')) anew();
    });
    method.addEventListener('input', () => {
      chosen.method = method.value.trim();
      anew();
    });

    panel.append(
      el('h2', {textContent: 'On the wire'}),
      el('p', {className: 'quiet', textContent: 'What the bot asks of Telegram, and what it gets; the newest last. The token is never shown.'}),
      el('div', {className: 'toolbar'}, only, idle, method, el('span', {className: 'buttons'}, pause, clear)),
      earlier, none, list);
    anew();
    const timer = setInterval(() => !paused && !document.hidden && page({after: last}), EVERY);
    return () => {
      turn += 1;
      clearInterval(timer);
    };
  },
};

function choice(label, name, changed) {
  const box = el('input', {type: 'checkbox', checked: chosen[name]});
  box.addEventListener('change', () => {
    chosen[name] = box.checked;
    changed();
  });
  return el('label', {className: 'pick'}, box, label);
}

function call({number, method, given, status, answer, note, at, took, chats}) {
  const good = status === 200, time = new Date(at * 1000);
  const outcome = el('span', {className: 'status', data: {good: String(good)}, textContent: status || 'cut'});
  const inside = el('div', {className: 'call'});
  const fold = el('details', {}, el('summary', {}, outcome, el('b', {textContent: method}),
    el('span', {className: 'quiet', textContent: `${Math.round(took * 1000)} ms`}),
    el('time', {className: 'quiet', dateTime: time.toISOString(), textContent: time.toLocaleTimeString()})), inside);
  fold.addEventListener('toggle', () => {
    if (!fold.open || inside.childElementCount) return;
    if (note) inside.append(el('p', {textContent: `${note}.`}));
    if (chats.length > 1) inside.append(el('p', {className: 'quiet', textContent: `It concerns the chats ${chats.join(', ')}.`}));
    const opened = new Set(['asked', 'got', 'got/result']);
    inside.append(
      el('h3', {textContent: 'Asked'}), folded(given, {opened, path: 'asked', name: 'Asked'}),
      el('h3', {textContent: 'Got'}), folded(answer, {opened, path: 'got', name: 'Got'}),
      el('span', {className: 'buttons'},
        copying('Copy as JSON', () => JSON.stringify({method, given, status, answer}, null, 2)),
        copying('Copy as curl', () => curl(method, given))));
  });
  return el('li', {data: {number}}, fold);
}

// The same request for a terminal; the token is for who runs it to put in, files too.
function curl(method, given) {
  const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
  const form = Object.entries(given).map(([name, value]) => {
    if (value?.file !== undefined && value.bytes !== undefined) return `-F ${quoted(`${name}=@${value.file}`)}`;
    return `--form-string ${quoted(`${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)}`;
  });
  return [`curl "$EASEBACK_API_URL/bot$EASEBACK_TOKEN/${method}"`, ...form].join(' \\\n  ');
}
