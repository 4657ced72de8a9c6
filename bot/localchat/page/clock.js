// The local chat's own time, which may go faster than the wall clock.
export class Clock extends EventTarget {
  #base = Date.now() / 1000;
  #at = performance.now();
  #skipped = null;
  speed = 1;

  // `skipped`: virtual seconds that were skipped so far; what came since the last time is a jump of so many seconds.
  set({now, speed, skipped = 0}) {
    const jumped = skipped - (this.#skipped ?? skipped);
    this.#skipped = skipped;
    this.#base = now;
    this.#at = performance.now();
    const changed = speed !== this.speed;
    this.speed = speed;
    if (changed) this.dispatchEvent(new Event('speed'));
    if (jumped > 0) this.dispatchEvent(new CustomEvent('jump', {detail: jumped}));
    this.dispatchEvent(new Event('set'));
  }

  // Unix seconds, virtual.
  now() {
    return this.#base + ((performance.now() - this.#at) / 1000) * this.speed;
  }
}

export const hours = (unix) => new Date(unix * 1000).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});

export function day(unix, today) {
  const date = new Date(unix * 1000), midnight = new Date(today * 1000);
  midnight.setHours(0, 0, 0, 0);
  const back = Math.ceil((midnight - date) / 86_400_000);
  if (back <= 0 && date - midnight < 86_400_000) return 'Today';
  if (back === 1) return 'Yesterday';
  const year = date.getFullYear() === midnight.getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString([], {weekday: 'long', day: 'numeric', month: 'long', year});
}
