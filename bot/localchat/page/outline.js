// The workshop's tab about the session that is led: all its steps, where it is, and how long it still takes.
import {el} from './dom.js';
import {clockTime, follow, look} from './glass.js';
import {icon} from './icons.js';

const FORMS = {rest: 'rested through', imagine: 'imagined', caution: 'a caution', quiet: 'more quiet'};
const WHERE = {done: 'done', now: 'now', ahead: 'ahead'};
const TICK = 250; // milliseconds

const opened = new Set(); // steps whose texts are open

export const outline = {
  name: 'Session',
  show(panel, {clock, ...tools}) {
    let json = '', led = null;
    const title = el('h2', {textContent: 'The session'});
    const state = el('p', {className: 'state', role: 'status'}), next = el('p', {className: 'quiet'});
    const time = el('span', {}), bar = el('progress', {ariaLabel: 'How far the session is', max: 1, value: 0});
    const left = el('div', {className: 'left', hidden: true}, time, bar), body = el('div', {});
    panel.append(title, state, next, left, body);

    const leave = follow(async () => {
      const found = await look(tools, 'outline');
      if (found === undefined || JSON.stringify(found) === json) return;
      json = JSON.stringify(found);
      led = found?.led ?? null;
      const said = found ? sentence(found.state) : 'No bot runs behind this chat, or it is just starting.';
      if (state.textContent !== said) state.textContent = said;
      next.textContent = found?.next ?? '';
      title.textContent = led ? led.session : 'The session'; // its own: another tab may stand there by now
      const focus = body.contains(document.activeElement) ? document.activeElement.dataset.step : '';
      body.replaceChildren(...(led ? run(led) : sessions(found?.sessions ?? [])));
      if (focus) body.querySelector(`[data-step="${CSS.escape(focus)}"]`)?.focus();
      tick();
    });

    // Counting down is the page's own work; the server is not asked for it.
    function tick() {
      const here = led?.steps.find(({where}) => where === 'now');
      left.hidden = !here;
      if (!here) return;
      const own = led.ends ? Math.max(0, Date.parse(led.ends) / 1000 - clock.now()) : here.length;
      const said = `${clockTime(own + led.after)} left, ${clockTime(Math.min(own, here.length))} of it in this step${led.ends ? '' : '; the clock waits'}`;
      if (time.textContent !== said) time.textContent = said;
      const whole = led.steps.reduce((sum, {length}) => sum + length, 0);
      bar.value = whole ? Math.max(0, 1 - (own + led.after) / whole) : 0;
    }
    const timer = setInterval(tick, TICK);
    return () => {
      clearInterval(timer);
      leave();
    };
  },
};

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function run(led) {
  const facts = [
    ['Position', led.position], ['Pace', `${led.pace}, ${led.timed ? 'timed' : 'at my pace'}`], ['Led by', led.voice ? 'voice' : 'text'],
    ['Pain before', led.before ?? 'not given'], ['It hurt', led.hurts ? `${led.hurts} ×` : 'never'],
    ['Left out', led.left_out.join(', ') || 'nothing'],
  ];
  const list = el('ol', {className: 'steps'}, ...led.steps.map((step) => line(step, led.of)));
  list.setAttribute('aria-label', 'Steps');
  return [
    el('dl', {className: 'facts-of'}, ...facts.map(([name, value]) => el('div', {}, el('dt', {textContent: name}), el('dd', {textContent: value})))),
    list];
}

function line(step, of) {
  const about = [FORMS[step.form], step.side && `${step.side} first`, step.taps && 'waits for Done'].filter(Boolean).join(' · ');
  const texts = el('div', {className: 'texts', hidden: !opened.has(step.id)});
  const button = el('button', {type: 'button', data: {step: step.id}},
    el('span', {className: 'place'}, step.where === 'done' ? icon('check') : step.n ? String(step.n) : '·'),
    el('span', {className: 'what'}, el('b', {textContent: step.name}), about ? el('small', {textContent: about}) : null),
    el('span', {className: 'length', textContent: clockTime(step.length)}));
  button.ariaExpanded = String(opened.has(step.id));
  button.ariaLabel = [step.n ? `${step.n} of ${of}` : null, step.name, about, clockTime(step.length), WHERE[step.where]].filter(Boolean).join(', ');
  if (opened.has(step.id)) fill(texts, step);
  button.addEventListener('click', () => {
    const open = texts.hidden;
    if (!texts.childElementCount) fill(texts, step);
    texts.hidden = !open;
    button.ariaExpanded = String(open);
    opened[open ? 'add' : 'delete'](step.id);
  });
  const item = el('li', {data: {where: step.where}}, button, texts);
  if (step.where === 'now') item.setAttribute('aria-current', 'step');
  return item;
}

function fill(texts, {told, rest, imagine}) {
  texts.append(...telling('Read', 'Said', told), ...telling('Read, if it is left out', 'Said, if it is left out', rest));
  if (imagine) texts.append(...telling('Read, if it is imagined', 'Said, if it is imagined', imagine));
}

function telling(read, said, words) {
  return [
    el('h3', {textContent: read}), el('p', {textContent: words.shown, dir: 'auto'}),
    el('h3', {textContent: said}),
    el('ol', {className: 'said'}, ...words.said.map(([at, text]) => el('li', {}, el('span', {className: 'quiet', textContent: clockTime(at)}), el('span', {textContent: text, dir: 'auto'}))))];
}

function sessions(offered) {
  if (!offered.length) return [];
  return [
    el('h2', {textContent: 'The sessions'}),
    el('ul', {className: 'sessions'}, ...offered.map(({name, summary, length, positions, steps}) => el('li', {className: 'card'},
      el('h3', {textContent: name, dir: 'auto'}), el('p', {textContent: summary, dir: 'auto'}),
      el('p', {className: 'quiet', textContent: `about ${Math.max(1, Math.round(length / 60))} min · ${steps} steps · ${positions.join(', ')}`}))))];
}
