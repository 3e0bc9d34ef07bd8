const base = 'api'

/** The control API. Rejects with the message it gives. */
export async function api(path, { method = 'GET', body } = {}) {
  const answer = await fetch(`${base}/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const value = answer.status === 204 ? undefined : await answer.json()
  if (!answer.ok)
    throw new Error(
      [value?.error?.message, value?.error?.hint].filter(Boolean).join('. ') ||
        `The registry answered ${answer.status}`,
    )
  return value
}

/** The journal as it happens. The browser comes back by itself when the connection breaks. */
export function follow({ last, start, request, cleared, state }) {
  const events = new EventSource(`${base}/journal/events?last=${last}`)
  events.addEventListener('open', () => state('live'))
  events.addEventListener('error', () => state(events.readyState === EventSource.CLOSED ? 'lost' : 'waiting'))
  events.addEventListener('start', ({ data }) => start(JSON.parse(data)))
  events.addEventListener('request', ({ data }) => request(JSON.parse(data)))
  events.addEventListener('cleared', cleared)
}
