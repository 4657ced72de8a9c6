// The local chat's page: joins the stream of events, the messages, the composer and the clock.
import {actions} from './actions.js';
import {Clock} from './clock.js';
import {Composer} from './composer.js';
import {direction} from './direction.js';
import {find} from './dom.js';
import {icon} from './icons.js';
import {keyboard} from './keyboard.js';
import {Messages} from './messages.js';
import {Notices} from './notices.js';
import {opens} from './opens.js';
import {Beside, whose} from './people.js';
import {Place} from './place.js';
import {server} from './server.js';
import {Status} from './status.js';
import {follow} from './stream.js';
import {jumping} from './time.js';
import {Told} from './told.js';
import {banner} from './trouble.js';
import {Deck} from './voice.js';
import {workshop} from './workshop.js';

const asked = new URLSearchParams(location.search);
const person = asked.get('person') ? `?person=${encodeURIComponent(asked.get('person'))}` : '';
// The key is in a cookie now: it need not stay in the address bar, nor in the history.
const beside = asked.has('beside'); // a page in another page's window: without time, workshop and what takes the focus
history.replaceState(null, '', `/${person}${beside ? `${person ? '&' : '?'}beside=1` : ''}`);
document.documentElement.classList.toggle('beside', beside);

document.documentElement.dir = direction(navigator.language);
const language = navigator.language.split('-')[0];
const byHand = matchMedia('(pointer: fine)').matches; // no keyboard opens on the screen where the focus goes
const clock = new Clock(), deck = new Deck(clock, find('voice'));
const notices = new Notices(deck), status = new Status();
const {post, ask, tell} = server(person, language, (why) => notices.toast(why));
const act = {
  tap: async (message, data) => (await post('tap', {message_id: message, data}))?.query,
  command: (text) => post('say', {text}),
  said: (text) => notices.toast(text),
};
const messages = new Messages({clock, deck, act, file: (id) => `/chat/file/${encodeURIComponent(id)}`});
const place = new Place(find('log'), person);
const composer = new Composer({
  person, notices,
  say: async (text, replyTo) => Boolean(await post('say', {text, reply_to: replyTo})),
});
const quoted = (id) => messages.quoted(id);
actions({quoted, notices, reply: (to) => composer.reply(to)});
keyboard();
const told = new Told();
const tools = {clock, messages, person, told, ask, tell, me: Number(asked.get('person') ?? 1001)};
whose(tools);
banner(tools);
if (!beside) {
  jumping(tools);
  workshop({...tools, beside: new Beside(told)});
}
clock.addEventListener('jump', ({detail}) => deck.skip?.(detail));

// ── header ──────────────────────────────────────────────────────────────────────────────────────────────────────────
let profile = {name: 'Local chat', description: '', commands: []};
find('muted').append(icon('muted'));
find('about-button').addEventListener('click', () => {
  find('about-name').textContent = profile.name;
  find('about-description').textContent = profile.description;
  find('about').showModal();
});

let day = '';
function showClock() {
  const date = new Date(clock.now() * 1000);
  const text = date.toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});
  if (find('clock').textContent !== text) find('clock').textContent = text;
  if (day !== date.toDateString()) {
    day = date.toDateString();
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

// ── an empty chat shows what the bot is and one button, as Telegram does ────────────────────────────────────────────
find('start').addEventListener('click', () => act.command('/start'));
find('down').addEventListener('click', rest);

// The focus goes where the person goes on, before what had it is hidden.
function rest() {
  if (!find('composer').hidden && byHand) composer.focus();
  else (find('composer').hidden ? find('start') : find('log')).focus({preventScroll: true});
}

function showProfile(given) {
  profile = given;
  status.named(profile.name);
  find('name').textContent = profile.name;
  find('description').textContent = profile.description;
  find('about-button').ariaLabel = `About ${profile.name}`;
  composer.commands = profile.commands;
  showEmpty();
}

function showEmpty() {
  const {empty} = messages, leaving = find(empty ? 'composer' : 'start').contains(document.activeElement);
  find('welcome').hidden = !empty;
  find('description').hidden = !profile.description;
  find('log').hidden = empty;
  find('start').hidden = !empty;
  find('composer').hidden = empty;
  if (leaving) rest();
}

// ── what happens ────────────────────────────────────────────────────────────────────────────────────────────────────
const happened = {
  history({profile: given, clock: face, messages: all, read, posted}) {
    const first = messages.empty;
    clock.set(face);
    for (const [kind, value] of Object.entries(posted)) told.tell(kind, value);
    messages.history(all, read);
    showProfile(given);
    if (messages.empty) return;
    if (first && !place.restore()) messages.toEnd();
    if (first && byHand && window === parent && document.activeElement === document.body) composer.focus();
    composer.history(all, quoted);
  },
  message({message, shown}, replay) {
    find('log').hidden = false;
    if (!messages.add(message, shown, replay)) return;
    showEmpty();
    composer.message(message, shown, quoted);
    if (!message.from.is_bot) return;
    status.quiet();
    status.came();
    if (!replay && !shown.silent) notices.blip();
  },
  edit: ({message}) => messages.edit(message),
  delete(ids) {
    messages.remove(ids);
    composer.gone(ids);
    showEmpty();
  },
  read: (upTo) => messages.read(upTo),
  reaction: ({message_id: id, emoji}) => messages.react(id, emoji),
  toast({query, text: said, alert}, replay) {
    messages.answered(query);
    if (!said || replay) return;
    if (alert) notices.alert(said);
    else notices.toast(said);
  },
  action: (action, replay) => replay || status.doing(action),
  profile: showProfile,
  desk: (detail) => document.dispatchEvent(new CustomEvent('desk', {detail})),
  clock: (face) => clock.set(face),
  next: (event) => told.tell('next', event),
  people: (all) => told.tell('people', all),
  trouble: (on) => told.tell('trouble', on),
  bot: (state) => told.tell('bot', state),
};

follow(`/chat/events?language=${language}${person.replace('?', '&')}`, happened, status);
