/** A request without its body, as Node's parser read it. */
export interface RequestHead {
  readonly method: string
  /** As it came, undecoded: `/v2/library/alpine/manifests/3.20?ns=docker.io`. */
  readonly target: string
  readonly headers: RequestHeaders
}

/** Every line of each field, by its name in lower case. */
export type RequestHeaders = ReadonlyMap<string, readonly string[]>

/** @param raw names and values by turns, as `rawHeaders` of Node's `http` */
export function requestHeaders(raw: readonly string[]): RequestHeaders {
  const headers = new Map<string, string[]>()
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const lines = headers.get(name)
    if (lines === undefined) headers.set(name, [raw[at + 1] ?? ''])
    else lines.push(raw[at + 1] ?? '')
  }
  return headers
}

/** The members of a field that is a list (RFC 9110 5.6.1), however many lines it has. */
export const listOf = (headers: RequestHeaders, name: string): readonly string[] =>
  (headers.get(name) ?? [])
    .flatMap((line) => line.split(','))
    .map((member) => member.trim())
    .filter((member) => member !== '')

/** A field that has one value: `undefined` where it is absent, or there several times. */
export function onlyLine(headers: RequestHeaders, name: string): string | undefined {
  const lines = headers.get(name)
  return lines?.length === 1 ? lines[0]?.trim() : undefined
}
