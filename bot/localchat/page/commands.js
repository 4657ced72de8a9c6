// The list of commands over the composer. A slash or its button opens it, typing filters it, arrow keys and Enter choose.
// The text box stays a text box with a list beside it: a combobox would have to be of one line.
import {el, find} from './dom.js';
import {icon} from './icons.js';

export class Commands {
  #all = [];
  #options = [];
  #at = -1;
  #list = find('commands');
  #menu = find('menu');
  #text = find('text');
  #choose;

  // `choose(command, {fill})`: it was chosen, to be sent, or to be filled in.
  constructor(choose) {
    this.#choose = choose;
    this.#menu.append(icon('menu'));
    this.#menu.addEventListener('click', () => (this.open ? this.#back() : this.#byButton()));
    this.#text.setAttribute('aria-autocomplete', 'list');
    for (const place of [this.#text, this.#list]) {
      place.addEventListener('keydown', (event) => this.open && this.#key(event));
      place.addEventListener('focusout', (event) => this.#outside(event.relatedTarget) && this.close());
    }
    document.addEventListener('pointerdown', (event) => this.#outside(event.target) && this.close());
  }

  get open() {
    return !this.#list.hidden;
  }

  set(commands) {
    this.#all = commands;
    this.#menu.hidden = commands.length === 0;
    if (this.open) this.#show('');
  }

  // The text box has changed.
  typed(text) {
    const begun = /^\/(\w*)$/.exec(text);
    if (begun) this.#show(begun[1]);
    else this.close();
  }

  close() {
    this.#list.hidden = true;
    this.#menu.ariaExpanded = 'false';
    find('found').textContent = '';
    this.#go(-1);
  }

  #outside(target) {
    return this.open && !(target instanceof Node && [this.#text, this.#list, this.#menu].some((part) => part.contains(target)));
  }

  #byButton() {
    this.#show('');
    this.#list.focus({preventScroll: true});
    this.#go(0);
  }

  #back() {
    const inside = document.activeElement === this.#list;
    this.close();
    if (inside) this.#menu.focus();
  }

  #show(beginning) {
    const fitting = this.#all.filter(({command}) => command.startsWith(beginning.toLowerCase()));
    this.#options = fitting.map(({command, description}, number) => {
      const option = el('div', {id: `command-${number}`, role: 'option', ariaSelected: 'false'},
        el('b', {textContent: `/${command}`}), ' ', el('span', {textContent: description, dir: 'auto'}));
      option.addEventListener('pointerdown', (event) => event.preventDefault()); // the focus stays where it is
      option.addEventListener('click', () => this.#take(number));
      option.dataset.command = command;
      return option;
    });
    this.#list.replaceChildren(...this.#options);
    if (!fitting.length) return this.close();
    this.#list.hidden = false;
    this.#menu.ariaExpanded = 'true';
    this.#text.setAttribute('aria-controls', 'commands');
    find('found').textContent = fitting.length === 1 ? '1 command. Arrow down to choose it.' : `${fitting.length} commands. Arrow down to choose.`;
    return this.#go(-1);
  }

  #go(at) {
    this.#options[this.#at]?.setAttribute('aria-selected', 'false');
    this.#at = at;
    const option = this.open ? this.#options[at] : undefined;
    for (const place of [this.#text, this.#list]) {
      if (option) place.setAttribute('aria-activedescendant', option.id);
      else place.removeAttribute('aria-activedescendant');
    }
    if (!this.open) this.#text.removeAttribute('aria-controls');
    option?.setAttribute('aria-selected', 'true');
    option?.scrollIntoView({block: 'nearest'});
  }

  #take(number, {fill = false} = {}) {
    const {command} = this.#options[number].dataset;
    this.close();
    this.#choose(command, {fill});
  }

  #key(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const last = this.#options.length - 1, fromText = event.target === this.#text;
    const moves = {
      ArrowDown: () => this.#go(this.#at < last ? this.#at + 1 : 0),
      ArrowUp: () => this.#go(this.#at > 0 ? this.#at - 1 : last),
      Escape: () => this.#back(),
    };
    if (!fromText) Object.assign(moves, {Home: () => this.#go(0), End: () => this.#go(last)});
    if (this.#at >= 0 && !event.shiftKey) moves.Enter = () => this.#take(this.#at);
    if (fromText && !event.shiftKey) moves.Tab = () => this.#take(Math.max(this.#at, 0), {fill: true});
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    event.stopImmediatePropagation(); // neither sent nor closed once more by whoever listens after us
    move();
  }
}
