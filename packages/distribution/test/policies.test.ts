import { LadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import { describe, expect, it } from 'vitest'
import { kindOf } from '../src/error-kinds.ts'
import { explain } from '../src/final-error.ts'
import { retryBlob, unwrapSinkError } from '../src/retry-policy.ts'

const error = (code: string, facts: { status?: number } = {}): LadingError =>
  new LadingError(code, `it was ${code}`, { host: 'r.example', ...facts })
describe('what an error is', () => {
  it.each([
    ['INDEX_JSON_INVALID', 'local'],
    ['LOCK_LOST', 'local'],
    ['FORMAT_UNSUPPORTED', 'local'],
    ['TOO_MANY_FILES', 'local'],
    ['NO_SPACE', 'local'],
    ['ALL_TAGS_WITH_TAG', 'caller'],
    ['CONNECTION_REFUSED', 'unreachable'],
    ['TLS_REFUSED', 'no-registry'],
    ['UNEXPECTED_STATUS', 'unclear'],
    ['MANIFEST_UNKNOWN', 'absent'],
    ['DENIED', 'refused'],
    ['DIGEST_MISMATCH', 'wrong'],
    ['PLATFORM_UNAVAILABLE', 'unusable'],
  ])('%s: %s', (code, kind) => expect(kindOf(error(code))).toBe(kind))

  it('about a path is this machine’s, whatever a registry calls so', () => {
    expect(kindOf(new LadingError('TOO_LARGE', 'x', { path: '/root/index.json' }))).toBe('local')
    expect(kindOf(new LadingError('TOO_LARGE', 'x', { host: 'r.example' }))).toBe('wrong')
  })

  it('is nothing, of a defect of our own', () => expect(kindOf(new TypeError('x'))).toBeUndefined())
})

describe('which failed downloads are worth another attempt', () => {
  it.each([
    ['CONNECTION_LOST', undefined, true],
    ['TIMEOUT', undefined, true],
    ['MACHINE_LIMIT', undefined, true],
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
