import { printable, redact } from '@lading/errors'
import type { ServeEvent } from '../../serve-event.ts'

/** How the access log is written. */
export type AccessLogFormat = 'text' | 'json' | 'none'

type RequestEvent = Extract<ServeEvent, { readonly type: 'request' }>

/** Of what a client sent, in UTF-16 units. */
const longest = 512

/**
 * One line of a request, without its end. Nothing in it can move a cursor or begin another line, and no credential is in
 * it: of a request it has the method, the target and who logged in.
 *
 * @param at when the answer ended
 */
export function accessLine(event: RequestEvent, format: 'text' | 'json', at: Date): string {
  const { method, remote, status, bytes, milliseconds, cut, kind, host, repository, what, from } = event
  const target = safe(event.target)
  const user = event.user === undefined ? undefined : safe(event.user)
  if (format === 'json')
    return escapeJson(
      JSON.stringify({
        v: 1,
        time: at.toISOString(),
        remote,
        user,
        method: safe(method),
        target,
        status,
        bytes,
        ms: Math.round(milliseconds),
        cut: cut ? true : undefined,
        kind,
        host: host === undefined ? undefined : safe(host),
        repository: repository === undefined ? undefined : safe(repository),
        what: what === undefined ? undefined : safe(what),
        from,
      }),
    )
  const ends = [from, cut ? 'cut' : undefined].filter((each) => each !== undefined)
  return [
    at.toISOString(),
    // A blank would make two columns of it.
    `${user === undefined ? '' : `${user.replaceAll(/\s/g, '_')}@`}${remote ?? '-'}`,
    safe(method),
    target,
    status,
    `${bytes}B`,
    `${Math.round(milliseconds)}ms`,
    ...ends,
  ].join(' ')
}

const safe = (text: string): string => printable(redact(text), longest)

// What JSON leaves as it is and a terminal does not.
const unsafe = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escapeJson = (json: string): string =>
  json.replace(unsafe, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
