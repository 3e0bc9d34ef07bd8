import type { Digest } from '@lading/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertListener } from '../../src/request/assert-listener.ts'
import { assertReadable } from '../../src/request/assert-readable.ts'
import { byteRange } from '../../src/request/byte-range.ts'
import { isKnown, rangeHolds } from '../../src/request/is-known.ts'
import { requestHeaders, type RequestHeaders } from '../../src/request/request-head.ts'

const headersOf = (...raw: string[]): RequestHeaders => requestHeaders(raw)
const refusal = (check: () => void): unknown => {
  try {
    check()
    return 'passes'
  } catch (error) {
    const { status, headers, closes } = error as { status: number; headers: object; closes: boolean }
    return { status, ...headers, closes }
  }
}

describe('what reads', () => {
  const check = (method: string, ...raw: string[]): unknown =>
    refusal(() => assertReadable({ method, target: '/v2/', headers: headersOf(...raw) }, 'us'))

  it.each(['GET', 'HEAD'])('%s passes, also with an empty body', (method) => {
    expect(check(method)).toBe('passes')
    expect(check(method, 'Content-Length', '0')).toBe('passes')
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get'])('%s is told what is offered', (method) => {
    expect(check(method)).toEqual({ status: 405, allow: 'GET, HEAD', closes: false })
    expect(check(method, 'Content-Length', '3')).toEqual({ status: 405, allow: 'GET, HEAD', closes: true })
  })

  it.each([
    [['Content-Length', '5']],
    [['Content-Length', '0, 5']],
    [['Content-Length', '0', 'content-length', '5']],
    [['Content-Length', '+0']],
    [['Transfer-Encoding', 'chunked']],
    [['Transfer-Encoding', 'chunked', 'Content-Length', '0']],
    [['Host', 'a', 'host', 'b']],
  ])('%j is refused, and the connection closes', (raw) =>
    expect(check('GET', ...raw)).toEqual({ status: 400, closes: true }),
  )

  it.each([[['Via', '1.1 us']], [['Via', '1.1 other, 1.1 us (lading)']], [['Via', '1.1 other', 'via', 'HTTP/1.1 us']]])(
    '%j came from here',
    (raw) => expect(check('GET', ...raw)).toEqual({ status: 508, closes: false }),
  )

  it('may have come through others', () => {
    expect(check('GET', 'Via', '1.1 other, 1.1 usual (us)')).toBe('passes')
  })

  it('has a short address', () => {
    const target = `/v2/${'a'.repeat(8190)}`
    expect(refusal(() => assertReadable({ method: 'GET', target, headers: headersOf() }))).toEqual({
      status: 414,
      closes: true,
    })
  })
})

describe('a listener on loopback without authentication', () => {
  const facts = { loopback: true, authenticated: false, names: ['localhost:5000', '127.0.0.1:5000', '[::1]:5000'] }
  const check = (listener: typeof facts & { secure?: boolean }, ...raw: string[]): unknown =>
    refusal(() => assertListener(headersOf(...raw), listener))

  it.each(['localhost:5000', 'LOCALHOST:5000', '127.0.0.1:5000', '[::1]:5000'])('answers to %s', (host) => {
    expect(check(facts, 'Host', host)).toBe('passes')
    expect(check(facts, 'Host', host, 'Sec-Fetch-Site', 'none')).toBe('passes')
  })

  it.each([
    'rebound.test:5000',
    'localhost',
    'localhost:80',
    'localhost:5000.evil.test',
    'evil.test@localhost:5000',
    '',
  ])('does not answer to %j', (host) => expect(check(facts, 'Host', host)).toEqual({ status: 421, closes: true }))

  it('does not answer to no host at all', () => expect(check(facts)).toEqual({ status: 421, closes: true }))

  it('takes a host without a port for the port of its scheme', () => {
    expect(check({ ...facts, names: ['localhost:80'] }, 'Host', 'localhost')).toBe('passes')
    expect(check({ ...facts, names: ['localhost:443'], secure: true }, 'Host', 'localhost')).toBe('passes')
    expect(check({ ...facts, names: ['localhost:443'] }, 'Host', 'localhost')).toEqual({ status: 421, closes: true })
  })

  it.each([
    ['Origin', 'http://evil.test'],
    ['Origin', 'null'],
    ['Origin', 'http://localhost:5000'],
    ['Sec-Fetch-Site', 'cross-site'],
    ['Sec-Fetch-Site', 'same-site'],
  ])('does not answer to a web page: %s: %s', (name, value) =>
    expect(check(facts, 'Host', 'localhost:5000', name, value)).toEqual({ status: 403, closes: true }),
  )

  it('is not asked for where others come in, or each has shown who it is', () => {
    const raw = ['Host', 'cache.test', 'Origin', 'http://cache.test']
    expect(check({ ...facts, loopback: false }, ...raw)).toBe('passes')
    expect(check({ ...facts, authenticated: true }, ...raw)).toBe('passes')
  })
})

describe('a range', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=2-', { start: 2, end: 10 }],
    ['bytes=2-99', { start: 2, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-99', { start: 0, end: 10 }],
    ['BYTES= 1-2 ', { start: 1, end: 3 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=5-2', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=99999999999999999999-', 'unsatisfiable'],
    ['bytes=0-1,3-4', undefined],
    ['bytes=-', undefined],
    ['bytes=a-b', undefined],
    ['bytes=1-2x', undefined],
    ['items=0-1', undefined],
    [undefined, undefined],
  ])('%s of ten bytes is %j', (field, expected) => expect(byteRange(field, 10)).toEqual(expected))

  it('lies within the content, and is not empty', () => {
    const number = fc.oneof(fc.nat(20).map(String), fc.constant(''))
    fc.assert(
      fc.property(number, number, fc.nat(15), (first, last, size) => {
        const range = byteRange(`bytes=${first}-${last}`, size)
        const { start, end } = typeof range === 'object' ? range : { start: 0, end: 1 }
        const within = start >= 0 && start < end && (typeof range !== 'object' || end <= size)
        expect(within).toBe(true)
      }),
    )
  })

  it('of nothing cannot be had', () => expect(byteRange('bytes=0-', 0)).toBe('unsatisfiable'))
})

describe('conditions', () => {
  const digest: Digest = `sha256:${'a'.repeat(64)}`
  it.each([
    [`"${digest}"`, true],
    [`W/"${digest}"`, true],
    [`"x", "${digest}"`, true],
    ['*', true],
    [digest, false],
    ['"x"', false],
    ['', false],
  ])('If-None-Match: %s: %s', (field, expected) =>
    expect(isKnown(headersOf('If-None-Match', field), digest)).toBe(expected),
  )

  it('without a field nothing is known, and a range holds', () => {
    expect(isKnown(headersOf(), digest)).toBe(false)
    expect(rangeHolds(headersOf(), digest)).toBe(true)
  })

  it('If-Range has to name it strongly', () => {
    expect(rangeHolds(headersOf('If-Range', `"${digest}"`), digest)).toBe(true)
    for (const field of [`W/"${digest}"`, '"x"', 'Mon, 30 Nov 2026 11:00:00 GMT'])
      expect(rangeHolds(headersOf('If-Range', field), digest)).toBe(false)
  })
})
