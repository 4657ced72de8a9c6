// A single step as it is heard, its phrases lighting up; nothing of it goes into the chat.
import {el, find} from './dom.js';
import {problem} from './findings.js';
import {icon} from './icons.js';

const FORMS = {rest: 'rested', caution: 'caution', imagine: 'imagined', quiet: 'quiet'};

// Minutes and seconds, with tenths where there are any.
export function minutes(seconds) {
  const tenths = Math.round(seconds * 10) / 10, rest = tenths % 60;
  return `${Math.floor(tenths / 60)}:${(Number.isInteger(rest) ? String(rest) : rest.toFixed(1)).padStart(Number.isInteger(rest) ? 2 : 4, '0')}`;
}

function choose(label, name, options) {
  const select = el('select', {name}, ...options.map(([value, text]) => el('option', {value, textContent: text})));
  return [select, el('label', {className: 'field'}, el('span', {textContent: label}), select)];
}

function keep(select, name, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
  select.addEventListener('change', () => {
    localStorage[name] = select.value;
  });
}

// What plays: one note at a time, and with `on` the ones behind it.
class Player {
  #turn = 0;
  #rows = [];
  #tell;
  #bar = el('div', {className: 'bar', hidden: true});
  #name = el('b');
  #audio = el('audio', {controls: true});
  #at = -1;
  #on = false;

  constructor(tell) {
    this.#tell = tell;
    const stop = el('button', {type: 'button', className: 'action', textContent: 'Stop'});
    stop.addEventListener('click', () => {
      const row = this.#rows[this.#at];
      this.stop();
      row?.button.focus();
    });
    this.#bar.append(el('p', {role: 'status'}, this.#name), this.#audio, stop);
    this.#audio.addEventListener('timeupdate', () => this.#light());
    this.#audio.addEventListener('play', () => find('voice').pause());
    this.#audio.addEventListener('ended', () => {
      if (this.#on && this.#at + 1 < this.#rows.length) this.play(this.#at + 1, true);
      else this.stop();
    });
  }

  get bar() {
    return this.#bar;
  }

  // Rows are {step, name, button, item, phrases, wish, told}.
  set rows(rows) {
    this.stop();
    this.#rows = rows;
  }

  async play(at, on) {
    this.stop();
    const turn = ++this.#turn, row = this.#rows[at];
    this.#at = at;
    this.#on = on;
    row.told.replaceChildren();
    row.item.dataset.state = 'making';
    row.button.ariaLabel = `Stop ${row.name}`;
    row.item.ariaBusy = 'true';
    this.#bar.hidden = false;
    this.#name.textContent = `Making the note: ${row.name}`;
    const made = await this.#tell('desk/speak', {...row.wish, step: row.step.id});
    if (turn !== this.#turn) return;
    if (!made?.note) {
      this.stop();
      row.fail(made?.failed ?? 'It could not be asked for.');
      return;
    }
    row.item.dataset.state = 'playing';
    row.item.ariaBusy = 'false';
    row.details.open = true;
    this.#name.textContent = row.name;
    this.#audio.src = `/workshop/desk/note/${made.note}`;
    this.#audio.play().catch(() => {}); // stopped before it began
    if (on && this.#rows[at + 1]) this.#tell('desk/speak', {...row.wish, step: this.#rows[at + 1].step.id});
  }

  stop() {
    this.#turn += 1;
    this.#audio.pause();
    this.#audio.removeAttribute('src');
    this.#bar.hidden = true;
    this.#name.textContent = '';
    const row = this.#rows[this.#at];
    this.#at = -1;
    if (!row) return;
    row.item.removeAttribute('data-state');
    row.button.ariaLabel = `Hear ${row.name}`;
    row.item.ariaBusy = 'false';
    for (const phrase of row.phrases) phrase.removeAttribute('aria-current');
  }

  #light() {
    const row = this.#rows[this.#at];
    if (!row) return;
    const now = row.step.phrases.findLastIndex(({at}) => at <= this.#audio.currentTime + 0.05);
    row.phrases.forEach((phrase, n) => {
      if (n === now) phrase.ariaCurrent = 'true';
      else phrase.removeAttribute('aria-current');
    });
  }
}

export const hear = {
  name: 'Hear',
  show(place, {ask, tell, desk}) {
    const player = new Player(tell);
    const fields = el('form', {className: 'fields', ariaLabel: 'What to hear'}), told = el('p', {className: 'quiet', role: 'status'});
    const list = el('ol', {className: 'hear'});
    place.append(fields, told, list, player.bar);
    fields.addEventListener('submit', (event) => event.preventDefault());
    let known = null, led = null, asked = 0;

    function row(step, n, wish, speaks) {
      const form = FORMS[step.form] ? `${FORMS[step.form]}, ` : '', name = form ? `${step.name} (${FORMS[step.form]})` : step.name;
      const button = el('button', {type: 'button', className: 'round', ariaLabel: `Hear ${name}`, disabled: !speaks}, icon('play'));
      const on = el('button', {type: 'button', className: 'from', textContent: 'From here', ariaLabel: `Hear from here: ${name}`, disabled: !speaks});
      const phrases = step.phrases.map(({at, text}) => el('li', {}, el('time', {textContent: minutes(at)}), el('span', {textContent: text})));
      const details = el('details', {},
        el('summary', {}, el('span', {}, el('b', {textContent: step.name}), ' ', el('span', {className: 'quiet', textContent: `${form}${minutes(step.length)}`}))),
        el('p', {className: 'shown', textContent: step.show}),
        el('ol', {className: 'phrases'}, ...phrases));
      const failed = el('div', {className: 'failed'});
      const item = el('li', {}, button, details, on, failed);
      button.addEventListener('click', () => (item.dataset.state ? player.stop() : player.play(n, false)));
      on.addEventListener('click', () => player.play(n, true));
      const fail = (why) => {
        const mends = (desk.state.problems ?? []).filter((one) => one.step === step.root);
        failed.replaceChildren(el('p', {role: 'alert', textContent: `This note can't be made: ${why}.`.replace(/\.\.$/, '.')}));
        if (mends.length) failed.append(el('ul', {className: 'problems'}, ...mends.map(problem)));
      };
      return {step, name, button, item, details, phrases, wish, told: failed, fail};
    }

    async function steps(choice) {
      const mine = ++asked, wish = Object.fromEntries(Object.entries(choice).map(([key, select]) => [key, select.value]));
      player.stop();
      const given = await tell('desk/steps', wish);
      if (!given || mine !== asked) return;
      if (given.refused) {
        told.textContent = given.refused;
        list.replaceChildren();
        return;
      }
      const speaks = known.voices.includes(wish.language);
      told.textContent = `${given.steps.length} notes, ${minutes(Math.round(given.length))}.${speaks ? '' : ' No voice speaks this language yet: it runs on text.'}`;
      const rows = given.steps.map((step, n) => row(step, n, wish, speaks));
      player.rows = rows;
      list.replaceChildren(...rows.map(({item}) => item));
    }

    // What there is to choose, as the bot leads it now; what was chosen stays.
    async function begin() {
      led = desk.state.led_at;
      known = await ask('desk/sessions');
      if (!known) return;
      const [session, sessionField] = choose('Session', 'session', known.sessions.map(({id, name}) => [id, name]));
      const [position, positionField] = choose('Position', 'position', []);
      const [pace, paceField] = choose('Pace', 'pace', known.paces.map((name) => [name, name]));
      const [language, languageField] = choose('Language', 'language', known.languages.map((name) => [name, name]));
      keep(session, 'hearSession', localStorage.hearSession);
      keep(pace, 'hearPace', localStorage.hearPace ?? 'normal');
      keep(language, 'hearLanguage', localStorage.hearLanguage ?? 'en');
      const positions = () => {
        const {positions: all} = known.sessions.find(({id}) => id === session.value);
        position.replaceChildren(...all.map((name) => el('option', {value: name, textContent: name})));
        if (all.includes(localStorage.hearPosition)) position.value = localStorage.hearPosition;
      };
      positions();
      position.addEventListener('change', () => {
        localStorage.hearPosition = position.value;
      });
      languageField.hidden = known.languages.length < 2;
      fields.replaceChildren(sessionField, positionField, paceField, languageField);
      const choice = {session, position, pace, language};
      session.addEventListener('change', positions);
      for (const select of Object.values(choice)) select.addEventListener('change', () => steps(choice));
      await steps(choice);
    }
    const renew = () => {
      if (desk.state.led_at !== led) begin();
    };
    desk.addEventListener('state', renew);
    begin();
    return () => {
      asked += 1;
      desk.removeEventListener('state', renew);
      player.stop();
    };
  },
};
