// The local chat's page: joins the stream of events, the messages, the composer and the clock.
import {Clock} from './clock.js';
import {el, find} from './dom.js';
import {icon} from './icons.js';
import {Messages} from './messages.js';
import {opens} from './opens.js';
import {Deck} from './voice.js';
import {workshop} from './workshop.js';

const asked = new URLSearchParams(location.search);
const person = asked.get('person') ? `?person=${encodeURIComponent(asked.get('person'))}` : '';
// The key is in a cookie now: it need not stay in the address bar, nor in the history.
history.replaceState(null, '', `/${person}`);

const TYPING_LASTS = 5_000, TOAST_LASTS = 3_500; // milliseconds
const QUIET_STATUS = 'local chat';
const language = navigator.language.split('-')[0];
const clock = new Clock(), deck = new Deck(clock, find('voice'));
let profile = {name: 'Local chat', description: '', commands: []};

// What the server answers, as JSON; null if it refused or can't be reached, which is told.
async function request(path, given = {}) {
  try {
    const answer = await fetch(`/${path}${person}`, given);
    if (answer.ok) return answer.status === 204 ? {} : await answer.json();
    toast(await answer.text());
  } catch {
    toast('Not sent: the connection is gone.');
  }
  return null;
}

const send = (path, body) => request(path, {
  method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body),
});
const post = (path, body) => send(`chat/${path}`, {...body, language});

const act = {
  tap: async (message, data) => (await post('tap', {message_id: message, data}))?.query,
  command: (text) => post('say', {text}),
  said: (text) => toast(text),
};
const messages = new Messages({clock, deck, act, file: (id) => `/chat/file/${encodeURIComponent(id)}`});
workshop({
  clock, messages, person,
  ask: (path) => request(`workshop/${path}`),
  tell: (path, body = {}) => send(`workshop/${path}`, body),
});

// ── header ──────────────────────────────────────────────────────────────────────────────────────────────────────────
let quietAgain = 0;
function status(text, lasts = 0) {
  clearTimeout(quietAgain);
  if (find('status').textContent !== text) find('status').textContent = text;
  if (lasts) quietAgain = setTimeout(() => status(QUIET_STATUS), lasts);
}

function showClock() {
  const text = new Date(clock.now() * 1000).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});
  if (find('clock').textContent !== text) {
    find('clock').textContent = text;
    messages.tidyDays();
  }
}
clock.addEventListener('set', () => {
  showClock();
  find('speed-button').textContent = `×${clock.speed}`;
  find('speed-button').ariaLabel = `Speed of time: ×${clock.speed}`;
  for (const input of document.querySelectorAll('[name=speed]')) input.checked = Number(input.value) === clock.speed;
});
setInterval(showClock, 250);
find('speed').addEventListener('change', (event) => {
  post('speed', {speed: Number(event.target.value)});
});

opens(find('speed-button'), find('speed'), (open) => find('speed').classList.toggle('open', open));

// ── composer ────────────────────────────────────────────────────────────────────────────────────────────────────────
const text = find('text');
find('send').append(icon('send'));
find('menu').append(icon('menu'));
const showCommands = opens(find('menu'), find('commands'), (open) => {
  listCommands('');
  find('commands').hidden = !open;
});

function listCommands(beginning) {
  const fitting = profile.commands.filter(({command}) => command.startsWith(beginning));
  find('commands').replaceChildren(...fitting.map(({command, description}) => {
    const button = el('button', {type: 'button'}, el('b', {textContent: `/${command}`}), el('span', {textContent: description}));
    button.addEventListener('click', () => {
      act.command(`/${command}`);
      text.value = '';
      showCommands(false);
      text.focus();
    });
    return button;
  }));
  return fitting.length;
}

text.addEventListener('input', () => {
  const begun = /^\/(\w*)$/.exec(text.value);
  find('commands').hidden = !(begun && listCommands(begun[1]));
  find('menu').ariaExpanded = String(!find('commands').hidden);
});
text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  find('composer').requestSubmit();
});
find('composer').addEventListener('submit', async (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (!said) return;
  text.value = '';
  showCommands(false);
  if (!(await post('say', {text: said})) && !text.value) text.value = said;
});
find('start').addEventListener('click', () => act.command('/start'));

// ── what appears for a moment ───────────────────────────────────────────────────────────────────────────────────────
let toastGone = 0;
function toast(said) {
  clearTimeout(toastGone);
  find('toast').textContent = said;
  find('toast').classList.add('shown');
  toastGone = setTimeout(() => find('toast').classList.remove('shown'), TOAST_LASTS);
}

let audio = null;
// A soft sound for a message that is not silent; a browser lets a page sound only after a person touched it.
function blip() {
  if (!navigator.userActivation?.hasBeenActive) return;
  audio ??= new AudioContext();
  const at = audio.currentTime, volume = audio.createGain();
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.06, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
  volume.connect(audio.destination);
  for (const [pitch, after] of [[523.25, 0], [659.25, 0.09]]) {
    const tone = new OscillatorNode(audio, {frequency: pitch});
    tone.connect(volume);
    tone.start(at + after);
    tone.stop(at + 0.55);
  }
  document.body.dataset.blips = Number(document.body.dataset.blips ?? 0) + 1;
}

// ── the stream ──────────────────────────────────────────────────────────────────────────────────────────────────────
function showProfile(given) {
  profile = given;
  document.title = find('name').textContent = profile.name;
  find('description').textContent = profile.description;
  find('menu').hidden = profile.commands.length === 0;
  listCommands('');
  showEmpty();
}

// An empty chat shows what the bot is and one button, as Telegram does.
function showEmpty() {
  const {empty} = messages;
  find('welcome').hidden = !empty;
  find('description').hidden = !profile.description;
  find('log').hidden = empty;
  find('start').hidden = !empty;
  find('composer').hidden = empty;
}

const happened = {
  history({profile: given, clock: face, messages: all, read}) {
    clock.set(face);
    messages.history(all, read);
    showProfile(given);
    if (messages.empty) return;
    messages.toEnd();
    if (matchMedia('(pointer: fine)').matches) text.focus({preventScroll: true});
  },
  message({message, shown}, replay) {
    find('log').hidden = false;
    if (!messages.add(message, shown, replay)) return;
    showEmpty();
    if (message.from.is_bot) status(QUIET_STATUS);
    if (!replay && message.from.is_bot && !shown.silent) blip();
  },
  edit: ({message}) => messages.edit(message),
  delete(ids) {
    messages.remove(ids);
    showEmpty();
  },
  read: (upTo) => messages.read(upTo),
  reaction: ({message_id: id, emoji}) => messages.react(id, emoji),
  toast({query, text: said, alert}, replay) {
    messages.answered(query);
    if (!said || replay) return;
    if (!alert) return toast(said);
    find('alert').firstElementChild.textContent = said;
    find('alert').showModal();
  },
  action(action, replay) {
    if (!replay) status(action.includes('voice') ? 'is preparing a voice message…' : 'is typing…', TYPING_LASTS);
  },
  profile: showProfile,
  desk: (detail) => document.dispatchEvent(new CustomEvent('desk', {detail})),
  clock: (face) => clock.set(face),
};

const stream = new EventSource(`/chat/events?language=${language}${person.replace('?', '&')}`);
stream.addEventListener('open', () => status(QUIET_STATUS));
stream.addEventListener('error', () => {
  status(stream.readyState === EventSource.CLOSED ? 'ended: open the address the program prints' : 'reconnecting…');
});
stream.addEventListener('message', (event) => {
  const {kind, data, replay} = JSON.parse(event.data);
  happened[kind]?.(data, replay);
});
