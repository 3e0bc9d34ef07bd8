import { LadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { describe, expect, it } from 'vitest'
import { continuesAfter } from '../src/fallback.ts'
import { explain } from '../src/final-error.ts'
import { retryBlob, unwrapSinkError } from '../src/retry-policy.ts'

const error = (code: string, facts: { status?: number } = {}): LadingError =>
  new LadingError(code, `it was ${code}`, { host: 'r.example', ...facts })
const upstream = {
  url: 'https://r.example',
  host: 'r.example',
  scheme: 'https',
  mirror: false,
  insecure: false,
} as const
const mirror = { ...upstream, mirror: true } as const

describe('which errors go on to the next endpoint', () => {
  it.each([
    ['CONNECTION_REFUSED', true, true],
    ['HOST_UNKNOWN', true, true],
    ['TLS_REFUSED', true, true],
    ['TIMEOUT', true, true],
    ['BAD_RESPONSE', true, true],
    ['UNEXPECTED_STATUS', true, true],
    ['MANIFEST_UNKNOWN', false, true],
    ['UNAUTHORIZED', false, true],
    ['DENIED', false, true],
    ['DIGEST_MISMATCH', false, true],
    ['PLATFORM_UNAVAILABLE', false, true],
    ['NO_SPACE', false, false],
    ['PERMISSION', false, false],
  ])('%s: from the upstream %s, from a mirror %s', (code, fromUpstream, fromMirror) => {
    expect(continuesAfter(error(code), upstream)).toBe(fromUpstream)
    expect(continuesAfter(error(code), mirror)).toBe(fromMirror)
  })

  it('never for a defect of our own', () => expect(continuesAfter(new TypeError('x'), mirror)).toBe(false))
})

describe('which failed downloads are worth another attempt', () => {
  it.each([
    ['CONNECTION_LOST', undefined, true],
    ['TIMEOUT', undefined, true],
    ['RANGE_INVALID', 416, true],
    ['TOO_MANY_REQUESTS', 429, true],
    ['UNEXPECTED_STATUS', 503, true],
    ['UNEXPECTED_STATUS', 408, true],
    ['UNEXPECTED_STATUS', 410, false],
    ['BLOB_UNKNOWN', 404, false],
    ['UNAUTHORIZED', 401, false],
    ['DENIED', 403, false],
    ['DIGEST_MISMATCH', undefined, false],
    ['SIZE_MISMATCH', undefined, false],
    ['NO_SPACE', undefined, false],
    ['TLS_REFUSED', undefined, false],
    ['CONTENT_CODING', 200, false],
  ])('%s %s: %s', (code, status, again) =>
    expect(retryBlob(error(code, status === undefined ? {} : { status })) !== false).toBe(again),
  )

  it('waits as long as the server says', () =>
    expect(retryBlob(Object.assign(error('TOO_MANY_REQUESTS'), { retryAfterMs: 7000 }))).toEqual({ afterMs: 7000 }))

  it('sees the disk behind the sink', () => {
    const cause = error('NO_SPACE')
    const sink = Object.assign(new Error('sink', { cause }), {})
    sink.name = 'SinkError'
    expect(unwrapSinkError(sink)).toBe(cause)
    expect(unwrapSinkError(cause)).toBe(cause)
  })
})

describe('what the user reads', () => {
  const reference = parseReference('alpine:3.20')
  it.each([
    ['DENIED', 'pull access denied for alpine, repository does not exist or may require a login: it was DENIED'],
    ['MANIFEST_UNKNOWN', 'manifest for alpine:3.20 not found: it was MANIFEST_UNKNOWN'],
    ['NAME_UNKNOWN', 'repository alpine not found: it was NAME_UNKNOWN'],
    ['CONNECTION_REFUSED', 'cannot pull alpine:3.20: it was CONNECTION_REFUSED'],
  ])('%s', (code, message) => {
    const cause = error(code)
    expect(explain(cause, reference)).toMatchObject({
      code,
      message,
      cause,
      facts: { host: 'r.example', reference: 'docker.io/library/alpine:3.20' },
    })
  })
  it('passes defects unchanged', () => {
    const defect = new TypeError('x')
    expect(explain(defect, reference)).toBe(defect)
  })
})
