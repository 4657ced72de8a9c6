// The workshop's tab about the bot as a program: it stops and starts again, and the page says how that went.
import {el} from './dom.js';

function said({state, after, why} = {}) {
  if (state === 'restarts') return 'Restarting…';
  if (state === 'failed') return `The bot could not start again. ${why}`;
  if (state === 'runs' && after !== null) return `The bot is back after ${after} s.`;
  return '';
}

export const bot = {
  name: 'Bot',
  show(panel, {told, tell}) {
    const restart = el('button', {type: 'button', className: 'action', textContent: 'Restart the bot'});
    const status = el('p', {role: 'status'});
    restart.addEventListener('click', () => tell('restart'));
    panel.append(
      el('h2', {textContent: 'The bot'}),
      el('p', {textContent: 'It stops and starts again, as after a crash. What it keeps is in its database, so the chat goes on where it was.'}),
      restart, status);
    return told.on(['bot'], ({bot: state}) => {
      const text = said(state);
      if (status.textContent !== text) status.textContent = text;
      status.classList.toggle('amiss', state?.state === 'failed');
      restart.disabled = state?.state === 'restarts';
      restart.textContent = state?.state === 'failed' ? 'Try to start it' : 'Restart the bot';
    });
  },
};
