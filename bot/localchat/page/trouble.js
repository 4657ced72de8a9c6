// Trouble on purpose: switches in the workshop, and a plain banner over the chat while any is on.
import {el, find} from './dom.js';
import {personIn} from './people.js';

const RETRY = 5, SLOW = 3; // seconds, as the server has them (trouble.py)
const KINDS = {
  down: {
    label: 'Telegram is down',
    about: 'Nothing goes through, in both directions. What you write waits.',
    on: 'Telegram is down: nothing goes through.',
    once: 'The bot’s next message will not get through.',
  },
  flood: {
    label: 'Too many requests (429)',
    about: `Telegram refuses the bot’s messages, and says: wait ${RETRY} s.`,
    on: `Telegram says: too many requests, wait ${RETRY} s.`,
    once: `To the bot’s next message Telegram will say: too many requests, wait ${RETRY} s.`,
  },
  lost: {
    label: 'Answers get lost',
    about: 'What the bot sends comes, but it does not learn so.',
    on: 'Telegram’s answers to the bot get lost.',
    once: 'Telegram’s answer to the bot’s next message will get lost.',
  },
  slow: {
    label: 'Slow',
    about: `Each answer takes ${SLOW} s.`,
    on: `Telegram takes ${SLOW} s for each answer.`,
    once: `Telegram will take ${SLOW} s for the bot’s next message.`,
  },
};
const BLOCKED = 'You have blocked the bot: it can’t write to you.';

const concerns = (me) => ({person}) => person === null || person === me;

function words({kind, once, person}) {
  const said = KINDS[kind][once ? 'once' : 'on'];
  return person === null ? said : `In this chat: ${said[0] === 'T' && !said.startsWith('Telegram') ? said[0].toLowerCase() + said.slice(1) : said}`;
}

export function banner({told, me, tell}) {
  const said = el('p', {}), end = el('button', {type: 'button', textContent: 'End it'});
  find('banner').append(said, end);
  end.addEventListener('click', async () => {
    for (const {kind} of (told.posted.trouble ?? []).filter(concerns(me))) await tell('trouble', {kind, on: false});
    if (personIn(told.posted.people, me)?.blocked) await tell('person', {id: me, blocked: false});
  });
  told.on(['trouble', 'people'], ({trouble = [], people}) => {
    const texts = trouble.filter(concerns(me)).map(words);
    if (personIn(people, me)?.blocked) texts.push(BLOCKED);
    const text = texts.join('\n');
    if (said.textContent !== text) said.textContent = text;
    find('banner').hidden = !text;
  });
}

function chosen(label, options) {
  const select = el('select', {}, ...Object.entries(options).map(([value, textContent]) => el('option', {value, textContent})));
  return [el('label', {className: 'choice'}, label, select), select];
}

export const trouble = {
  name: 'Trouble',
  show(panel, {told, me, tell}) {
    const [long, howLong] = chosen('For how long ', {on: 'until I switch it off', once: 'once: the bot’s next message'});
    const [wide, where] = chosen('Whom that is about ', {all: 'all chats', here: 'this chat alone'});
    const switches = {};

    function item(label, about, act) {
      const input = el('input', {type: 'checkbox', role: 'switch'});
      input.addEventListener('change', async () => {
        if (!(await act(input.checked))) input.checked = !input.checked;
      });
      const text = el('small', {textContent: about});
      panel.append(el('label', {className: 'switch'}, input, el('span', {}, label, text)));
      return input;
    }

    panel.append(el('h2', {textContent: 'Trouble on purpose'}), long);
    for (const [kind, {label, about}] of Object.entries(KINDS)) {
      switches[kind] = item(label, about, (on) => tell('trouble', {
        kind, on, once: howLong.value === 'once', here: kind === 'flood' && where.value === 'here',
      }));
      if (kind === 'flood') panel.append(wide);
    }
    const blocked = item('Blocked (403)', 'You block the bot. To write to it unblocks it again.', (on) => tell('person', {id: me, blocked: on}));
    panel.append(el('p', {className: 'quiet', textContent: 'When the program starts again, all goes well again.'}));
    return told.on(['trouble', 'people'], ({trouble: on = [], people}) => {
      for (const kind of Object.keys(KINDS)) switches[kind].checked = on.some((one) => one.kind === kind);
      blocked.checked = Boolean(personIn(people, me)?.blocked);
    });
  },
};
