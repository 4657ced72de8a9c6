// The stream of events from the server. It finds its way back by itself; `happened` has a function for each kind of event.
export function follow(address, happened, status) {
  const stream = new EventSource(address);
  stream.addEventListener('open', () => status.connected());
  stream.addEventListener('error', () => status.broken(stream.readyState === EventSource.CLOSED));
  stream.addEventListener('message', (event) => {
    const {kind, data, replay} = JSON.parse(event.data);
    happened[kind]?.(data, replay);
  });
}
