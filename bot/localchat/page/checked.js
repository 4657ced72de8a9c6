// What the check says of the content: file, line, step, what is amiss, and what to write instead.
import {el} from './dom.js';
import {problem} from './findings.js';
import {minutes} from './hear.js';

const MOST = 40; // findings of one file that are shown at once

const hour = (unix) => new Date(unix * 1000).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit'});
const counted = (count, one, more) => `${count} ${count === 1 ? one : more}`;

function byFile(problems) {
  return [...Map.groupBy(problems, ({file}) => file)].map(([file, all]) => {
    const rest = all.slice(MOST);
    const more = el('button', {type: 'button', className: 'action', textContent: `Show ${rest.length} more`, hidden: !rest.length});
    const list = el('ol', {className: 'problems'}, ...all.slice(0, MOST).map(problem));
    more.addEventListener('click', () => {
      more.remove();
      const first = problem(rest[0]);
      first.tabIndex = -1;
      list.append(first, ...rest.slice(1).map(problem));
      first.focus();
    });
    return el('section', {}, el('h2', {textContent: `${file}: ${all.length}`}), list, more);
  });
}

// A session's lengths, and what falls out of it.
function session({name, lengths, falls}) {
  const paces = Object.keys(Object.values(lengths)[0]);
  const table = el('table', {className: 'lengths'},
    el('caption', {textContent: 'How long it is'}),
    el('thead', {}, el('tr', {}, el('td'), ...paces.map((pace) => el('th', {scope: 'col', textContent: pace})))),
    el('tbody', {}, ...Object.entries(lengths).map(([position, at]) => el('tr', {},
      el('th', {scope: 'row', textContent: position}),
      ...paces.map((pace) => el('td', {textContent: minutes(Math.round(at[pace]))}))))));
  const fallen = [...Map.groupBy(falls, ({left_out: out}) => out)].map(([leftOut, all]) => el('li', {},
    el('b', {textContent: leftOut}), ' ',
    all.map(({position, out, of, much}) => `${position} ${out} of ${of}${much ? ' (another position is offered)' : ''}`).join(', ')));
  const short = Object.entries(lengths).map(([position, {normal}]) => `${position} ${minutes(normal)}`).join(', ');
  return el('details', {},
    el('summary', {}, el('span', {}, el('b', {textContent: name}), ' ', el('span', {className: 'quiet', textContent: short}))),
    table,
    el('h4', {textContent: 'What falls out'}),
    fallen.length
      ? el('p', {className: 'quiet', textContent: 'So many steps are rested through by who leaves this out:'})
      : el('p', {textContent: 'Nothing, whatever somebody leaves out.'}),
    el('ul', {className: 'falls'}, ...fallen));
}

export const checked = {
  name: 'Check',
  show(place, {desk}) {
    const status = el('p', {className: 'verdict', role: 'status'}), saying = el('p', {className: 'quiet saying'});
    const led = el('p', {className: 'led'}), found = el('div'), sessions = el('div', {className: 'sessions'});
    const folder = el('p', {className: 'quiet folder'});
    place.append(status, saying, led, found, sessions, folder);
    let drawn = '';

    const verdict = ({busy, failed, looked, whole}) => {
      if (failed) return failed;
      if (!looked) return busy ? 'Reading…' : '';
      if (desk.amiss) return `${counted(desk.amiss, 'thing', 'things')} to mend.`;
      return whole && !busy ? `All is well. Looked at ${hour(looked)}.` : 'All is well so far.';
    };
    const tellSaying = () => {
      saying.hidden = desk.state.busy !== 'measuring';
      saying.textContent = `Still measuring how long it takes to say${desk.saying ? ` “${desk.saying}”` : ' it all'}…`;
    };
    const draw = () => {
      const {state} = desk;
      if (!('problems' in state)) {
        status.textContent = 'There is no content to look at behind this chat.';
        return;
      }
      const said = verdict(state);
      if (status.textContent !== said) status.textContent = said; // said once by a screen reader
      status.dataset.verdict = desk.amiss || state.failed ? 'amiss' : 'well';
      tellSaying();
      led.hidden = state.led;
      led.textContent = `The bot still leads what it read at ${hour(state.led_at)}: as it is now, this can't be led.`;
      folder.textContent = `Save a file in ${state.folder}, and this looks again by itself.`;
      const now = JSON.stringify([state.problems, state.sessions]);
      if (now === drawn) return; // what is open stays open, and what is selected selected
      drawn = now;
      const open = new Set([...sessions.querySelectorAll('[open] > summary b')].map((b) => b.textContent));
      found.replaceChildren(...byFile(state.problems));
      sessions.replaceChildren(...(state.sessions.length ? [el('h2', {textContent: 'Sessions'}), ...state.sessions.map(session)] : []));
      for (const details of sessions.querySelectorAll('details')) details.open = open.has(details.querySelector('b').textContent);
    };
    desk.addEventListener('state', draw);
    desk.addEventListener('saying', tellSaying);
    draw();
    return () => {
      desk.removeEventListener('state', draw);
      desk.removeEventListener('saying', tellSaying);
    };
  },
};
