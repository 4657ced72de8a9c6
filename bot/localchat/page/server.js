// What the page asks of the server. `failed(words)` is told why something was not done.
export function server(person, language, failed) {
  // The answer as JSON; null if the server refused or can't be reached.
  async function request(path, given = {}) {
    try {
      const answer = await fetch(`/${path}${person}`, given);
      if (answer.ok) return answer.status === 204 ? {} : await answer.json();
      failed(await answer.text());
    } catch {
      failed('Not sent: the connection is gone.');
    }
    return null;
  }

  const send = (path, body) => request(path, {
    method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body),
  });
  return {
    post: (path, body) => send(`chat/${path}`, {...body, language}),
    ask: (path) => request(`workshop/${path}`),
    tell: (path, body = {}) => send(`workshop/${path}`, body),
  };
}
