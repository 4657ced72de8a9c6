// Where the person writes: the text, its draft, and the message it answers.
import {Commands} from './commands.js';
import {find} from './dom.js';
import {icon} from './icons.js';

const FEW_LEFT = 200; // characters from the limit at which the page begins to count
const touch = matchMedia('(pointer: coarse)');

export class Composer {
  #say;
  #notices;
  #key;
  #text = find('text');
  #reply = null; // {id, name, text, placeholder}: what is answered
  #closed = 0; // the last question whose answer the person declined
  #onTheWay = []; // sent, and not yet known to be there
  #doubted = null; // {text, after}: the connection broke while it was sent; it may be there all the same
  #newest = 0; // the newest message there is
  #commands;

  // `say(text, replyTo)` sends and tells whether it is there. `person` is whose draft it is.
  constructor({person, say, notices}) {
    this.#say = say;
    this.#notices = notices;
    this.#key = `draft${person}`;
    this.#commands = new Commands((command, {fill}) => {
      if (fill) this.#put(`/${command} `);
      else {
        if (this.#text.value.startsWith('/')) this.#put(''); // else it is a draft, and none of the command's business
        this.#send(`/${command}`);
      }
      this.focus();
    });
    find('send').append(icon('send'));
    find('reply-close').append(icon('close'));
    find('reply-close').addEventListener('click', () => {
      this.#decline();
      this.focus();
    });
    this.#text.addEventListener('input', () => this.#changed());
    this.#text.addEventListener('keydown', (event) => this.#pressed(event));
    this.#text.addEventListener('paste', (event) => this.#pasted(event));
    find('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      const said = this.#text.value.trim();
      if (!said) return;
      this.#put('');
      this.#send(said);
      if (!touch.matches || document.activeElement === this.#text) this.focus();
    });
    this.#restore();
  }

  set commands(commands) {
    this.#commands.set(commands);
  }

  focus() {
    this.#text.focus({preventScroll: true});
  }

  // Answer a message. `asked`: the bot asked for it, which is no reason to open a keyboard on the screen.
  reply(to, {asked = false} = {}) {
    this.#reply = to;
    this.#showReply();
    this.#keep();
    if (!asked || !touch.matches) this.focus();
  }

  // What stands in the chat now, `quoted(id)` being {name, text} of a message: is there a question that waits for an answer?
  history(all, quoted) {
    if (this.#reply && !all.some(({message}) => message.message_id === this.#reply.id)) this.gone([this.#reply.id]);
    for (const {message} of all) this.#arrived(message);
    const own = all.findLastIndex(({message}) => !message.from.is_bot);
    const asked = all.slice(own + 1).findLast(({shown}) => shown.force_reply);
    if (asked) this.#prompted(asked, quoted);
  }

  message(message, shown, quoted) {
    this.#arrived(message);
    if (shown.force_reply) this.#prompted({message, shown}, quoted);
  }

  gone(ids) {
    if (!this.#reply || !ids.includes(this.#reply.id)) return;
    this.#reply = null;
    this.#showReply();
    this.#keep();
  }

  #prompted({message, shown}, quoted) {
    const id = message.message_id;
    if (id !== this.#closed && id !== this.#reply?.id) this.reply({id, ...quoted(id), placeholder: shown.placeholder}, {asked: true});
  }

  #decline() {
    this.#closed = this.#reply.id;
    this.gone([this.#reply.id]);
  }

  #showReply() {
    const {name = '', text = '', placeholder = ''} = this.#reply ?? {};
    find('reply').hidden = !this.#reply;
    find('reply-to').textContent = name;
    find('reply-text').textContent = text;
    this.#text.placeholder = placeholder || 'Message';
    if (this.#reply) this.#text.setAttribute('aria-describedby', 'reply-what');
    else this.#text.removeAttribute('aria-describedby');
  }

  #pressed(event) {
    if (event.isComposing || event.keyCode === 229) return; // the letters are still being put together
    if (event.key === 'Escape' && this.#reply) {
      event.stopPropagation();
      this.#decline();
    }
    if (event.key !== 'Enter' || event.shiftKey || touch.matches) return; // on glass Enter breaks the line
    event.preventDefault();
    find('composer').requestSubmit();
  }

  #pasted(event) {
    const pasted = event.clipboardData.getData('text/plain').replaceAll('\r\n', '\n');
    const {value, selectionStart, selectionEnd, maxLength} = this.#text;
    const room = maxLength - (value.length - (selectionEnd - selectionStart));
    if (pasted.length > room) this.#notices.toast(`A message has ${maxLength} characters at most: the end of what you pasted is cut off.`);
  }

  async #send(said) {
    const reply = this.#reply;
    if (reply) this.gone([reply.id]);
    this.#onTheWay.push(said);
    this.#keep();
    const there = await this.#say(said, reply?.id);
    this.#onTheWay.splice(this.#onTheWay.indexOf(said), 1);
    if (!there) {
      // Nothing is lost: it stands again before what was written since.
      this.#doubted = {text: said, after: this.#newest};
      this.#put([said, this.#text.value].filter(Boolean).join('\n'));
      if (reply && !this.#reply) this.reply(reply, {asked: true});
    }
    this.#keep();
  }

  // A message is there. If it is one whose sending seemed to fail, it need not be sent again.
  #arrived(message) {
    const {text, after} = this.#doubted ?? {};
    if (!message.from.is_bot && message.message_id > after && message.text === text) {
      this.#doubted = null;
      if (this.#text.value.startsWith(text)) this.#put(this.#text.value.slice(text.length).trimStart());
    }
    this.#newest = Math.max(this.#newest, message.message_id);
  }

  #put(text) {
    this.#text.value = text;
    this.#changed();
  }

  #changed() {
    const {value, maxLength} = this.#text, left = maxLength - value.length;
    find('left').textContent = left < FEW_LEFT ? left : '';
    if (!CSS.supports('field-sizing', 'content')) {
      this.#text.style.height = 'auto';
      this.#text.style.height = `${this.#text.scrollHeight + 2}px`;
    }
    this.#commands.typed(value);
    this.#keep();
  }

  #keep() {
    const text = [...this.#onTheWay, this.#text.value].filter(Boolean).join('\n');
    sessionStorage[this.#key] = JSON.stringify({text, reply: this.#reply, closed: this.#closed});
  }

  #restore() {
    const {text = '', reply = null, closed = 0} = JSON.parse(sessionStorage[this.#key] ?? '{}');
    this.#reply = reply;
    this.#closed = closed;
    this.#showReply();
    this.#text.value = text;
    this.#changed();
    this.#commands.close();
  }
}
