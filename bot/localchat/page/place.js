// Where the person reads is kept over a reload: by the first message that is seen, since heights may differ.
export class Place {
  #log;
  #key;

  constructor(log, person) {
    this.#log = log;
    this.#key = `place${person}`;
    addEventListener('pagehide', () => this.#keep());
  }

  // Whether there was a place, and it was found again.
  restore() {
    const {id, below} = JSON.parse(sessionStorage[this.#key] ?? '{}');
    delete sessionStorage[this.#key];
    const row = id && this.#log.querySelector(`[data-id="${Number(id)}"]`);
    if (!row) return false;
    this.#log.scrollTop += row.getBoundingClientRect().top - this.#log.getBoundingClientRect().top - below;
    return true;
  }

  #keep() {
    const log = this.#log, {top} = log.getBoundingClientRect();
    const row = [...log.querySelectorAll('.message')].find((message) => message.getBoundingClientRect().bottom > top);
    if (!row || log.scrollHeight - log.scrollTop - log.clientHeight < 2) delete sessionStorage[this.#key];
    else sessionStorage[this.#key] = JSON.stringify({id: row.dataset.id, below: row.getBoundingClientRect().top - top});
  }
}
