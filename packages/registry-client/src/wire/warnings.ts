import { printable } from '@lading/errors'
import type { Emit } from '../client-event.ts'
import type { TransportHeaders } from '../transport.ts'
import { hideSecrets } from './hide-secrets.ts'
import type { Concern, WireRequest } from './wire-request.ts'

/** The most that all warnings of an answer may have together (distribution-spec, "Warnings"). */
const longest = 4096
/** A registry that always has something new to say is not listened to for ever. */
const most = 100

/** Tells of what a registry wants its users to know, each text once. What others say along the way is not its word. */
export function tellWarnings(emit: Emit): Concern {
  const told = new Set<string>()
  const tell = (request: WireRequest, headers: TransportHeaders): void => {
    const { host } = request.url
    for (const said of parseWarnings(headers.get('warning'))) {
      const text = hideSecrets(said, request)
      const key = `${host} ${text}`
      if (told.size >= most || told.has(key)) continue
      told.add(key)
      emit({ type: 'warning', host, text })
    }
  }
  return (next) => (request, receive, options) =>
    next(
      request,
      (head) => {
        if (request.url.origin === request.registry.origin) tell(request, head.headers)
        return receive(head)
      },
      options,
    )
}

/** The texts of the warnings with code 299 (`299 - "text"`), safe to print; linear, never throws. What follows a malformed one is not read. */
export function parseWarnings(header: string | null): string[] {
  const texts: string[] = []
  let rest = (header ?? '').slice(0, longest)
  for (;;) {
    const start = /^[\s,]*([0-9]{3}) ([^\s",]{1,255}) "/.exec(rest)
    if (start === null) return texts
    const { text, end } = quoted(rest, start[0].length)
    if (end === undefined) return texts
    if (start[1] === '299' && text.trim() !== '') texts.push(printable(text.trim(), 1024))
    // A date may follow.
    rest = rest.slice(end).replace(/^ "[^"]*"/, '')
  }
}

function quoted(from: string, start: number): { readonly text: string; readonly end: number | undefined } {
  let text = ''
  for (let at = start; at < from.length; at++) {
    if (from[at] === '"') return { text, end: at + 1 }
    if (from[at] === '\\') at++
    text += from[at] ?? ''
  }
  return { text, end: undefined }
}
