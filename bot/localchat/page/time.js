// Time by hand: the next event at once, and the workshop's tab about time.
import {el, find} from './dom.js';
import {icon} from './icons.js';
import {named} from './people.js';

const HOUR = 3600, DAY = 86_400;
const EVERY = 250; // milliseconds between two looks at the clock

const two = (number) => String(number).padStart(2, '0');

// How long until then, in virtual seconds: short enough for a button.
export function until(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  if (left === 0) return 'now';
  if (left < HOUR) return `in ${Math.floor(left / 60)}:${two(left % 60)}`;
  if (left < DAY) return `in ${Math.floor(left / HOUR)} h ${two(Math.floor((left % HOUR) / 60))} min`;
  const days = Math.round(left / DAY);
  return `in ${days} ${days === 1 ? 'day' : 'days'}`;
}

// The button in the header. One page a window has it: time is the same for all.
export function jumping({clock, told, me, tell}) {
  const button = find('jump'), when = el('span', {className: 'when'});
  button.append(icon('jump'), el('span', {className: 'unseen', textContent: 'Jump to the next event '}), when);
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    await tell('jump', {to: 'next'});
    button.removeAttribute('aria-busy');
  });

  function show() {
    const {next, people} = told.posted;
    const whose = next && next.person !== me ? ` · ${named(people, next.person)}` : '';
    const text = next ? `${until(next.at - clock.now())}${whose}` : 'Nothing is due';
    if (when.textContent !== text) when.textContent = text;
    button.disabled = !next;
    button.title = next ? 'Jump to the next event' : 'Nothing is due';
  }
  told.on(['next', 'people'], show);
  clock.addEventListener('set', show);
  setInterval(show, EVERY);
}

export const time = {
  name: 'Time',
  show(panel, {clock, told, me, tell}) {
    const now = el('p', {className: 'big'}), next = el('p', {}), busy = el('p', {role: 'status', className: 'quiet'});
    const buttons = [];

    function move(label, given) {
      const button = el('button', {type: 'button', className: 'action', textContent: label});
      button.addEventListener('click', async () => {
        busy.textContent = 'Time is moving on…';
        for (const other of buttons) other.disabled = true;
        const moved = await tell('jump', given());
        for (const other of buttons) other.disabled = false;
        busy.textContent = moved ? `It is ${new Date(moved.now * 1000).toLocaleString([], {weekday: 'long', hour: '2-digit', minute: '2-digit'})} now.` : '';
        button.focus();
      });
      buttons.push(button);
      return button;
    }

    function morning() {
      const day = new Date(clock.now() * 1000);
      day.setDate(day.getDate() + 1);
      day.setHours(8, 0, 0, 0);
      return {to: day.getTime() / 1000};
    }

    function show() {
      const date = new Date(clock.now() * 1000);
      now.textContent = date.toLocaleString([], {weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', second: '2-digit'});
      const event = told.posted.next;
      next.textContent = event
        ? `Next: ${named(told.posted.people, event.person)}, ${until(event.at - clock.now())}.`
        : 'Nothing is due: nobody waits for anything that time would bring.';
    }

    panel.append(
      el('h2', {textContent: 'The chat’s own time'}), now, next,
      el('h2', {textContent: 'Move it on'}),
      el('div', {className: 'actions', role: 'group', ariaLabel: 'Move time on'},
        move('To the next event', () => ({to: 'next'})),
        move('+1 min', () => ({by: 60})),
        move('+10 min', () => ({by: 600})),
        move('+1 h', () => ({by: HOUR})),
        move('To tomorrow 8:00', morning)),
      busy,
      el('p', {className: 'quiet', textContent: 'What is due on the way happens, each thing at its own time. A session that runs takes some seconds of yours: a step after the other is sent. Time never goes back.'}));
    const leave = told.on(['next', 'people'], show), timer = setInterval(show, EVERY);
    clock.addEventListener('set', show);
    return () => {
      leave();
      clearInterval(timer);
      clock.removeEventListener('set', show);
    };
  },
};
