// What the server told last of each kind, for whoever shows it: at once, and again whenever it is told anew.
export class Told extends EventTarget {
  posted = {};

  tell(kind, data) {
    this.posted[kind] = data;
    this.dispatchEvent(new Event(kind));
  }

  // Gives the function that ends it.
  on(kinds, show) {
    const hear = () => show(this.posted);
    for (const kind of kinds) this.addEventListener(kind, hear);
    hear();
    return () => kinds.forEach((kind) => this.removeEventListener(kind, hear));
  }
}
