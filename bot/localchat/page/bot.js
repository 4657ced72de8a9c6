// The workshop's tab about the bot as a program.
import {el} from './dom.js';

export const bot = {
  name: 'Bot',
  show(panel, {tell}) {
    const restart = el('button', {type: 'button', className: 'action', textContent: 'Restart the bot'});
    restart.addEventListener('click', () => tell('restart'));
    panel.append(
      el('h2', {textContent: 'The bot'}),
      el('p', {textContent: 'It stops and starts again. What it keeps is in its database, so the chat goes on where it was.'}),
      restart);
  },
};
