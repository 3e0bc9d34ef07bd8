import { describe, expect, it } from 'vitest'
import { accessLine, createMetrics, createMonitor, renderPage } from '../../src/front/index.ts'
import { createFamily } from '../../src/front/metrics/exposition.ts'
import type { ServeEvent } from '../../src/index.ts'
import { get, open } from './support/open.ts'

const digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' as const
const place = { host: 'docker.io', repository: 'library/alpine' }
const request = {
  type: 'request',
  id: 1,
  method: 'GET',
  target: '/v2/',
  remote: '192.0.2.1',
  status: 200,
  bytes: 10,
  milliseconds: 1.6,
  cut: false,
} as const

describe('the metrics', () => {
  it('count what happened, in the text format of Prometheus', () => {
    const metrics = createMetrics()
    const events: readonly ServeEvent[] = [
      { ...request, kind: 'blob' },
      { ...request, kind: 'blob', cut: true, bytes: 5 },
      { ...request, status: 404 },
      { type: 'refused', id: 1, status: 400, code: 'BAD', message: '' },
      { type: 'hit', kind: 'blob', digest, size: 100, ...place },
      { type: 'miss', kind: 'blob', what: digest, ...place },
      { type: 'stale', need: 'resolve', tag: 'a', digest, ageMs: 1, code: 'CONNECT_FAILED', ...place },
      { type: 'upstream:failed', code: 'TIMEOUT', message: '', ...place },
      { type: 'miss', kind: 'blob', what: digest, ...place },
      { type: 'download:joined', digest, size: 50, ...place },
      { type: 'download:ended', digest, size: 50, outcome: 'complete', received: 50, ...place },
    ]
    for (const event of events) metrics.observe(event)
    for (const status of [200, 206, 503, undefined]) metrics.upstreamAnswered({ host: 'docker.io', status })
    metrics.rateLimit('docker.io', 76)
    metrics.evicted(7)
    const text = metrics.render({ downloads: 2, connections: 3 })
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'lading_serve_requests_total{kind="blob",status="200"} 2',
      'lading_serve_requests_total{kind="none",status="404"} 1',
      'lading_serve_requests_cut_total 1',
      'lading_serve_refused_total{code="BAD"} 1',
      'lading_serve_hits_total{kind="blob"} 1',
      'lading_serve_misses_total{kind="blob"} 2',
      'lading_serve_downloads_joined_total 1',
      'lading_serve_sent_bytes_total 25',
      'lading_serve_saved_bytes_total 150',
      'lading_serve_upstream_bytes_total{host="docker.io"} 50',
      'lading_serve_upstream_requests_total{host="docker.io",class="2xx"} 2',
      'lading_serve_upstream_requests_total{host="docker.io",class="5xx"} 1',
      'lading_serve_upstream_requests_total{host="docker.io",class="none"} 1',
      'lading_serve_upstream_failures_total{host="docker.io",code="TIMEOUT"} 1',
      'lading_serve_stale_total 1',
      'lading_serve_downloads_total{outcome="complete"} 1',
      'lading_serve_evicted_bytes_total 7',
      'lading_serve_upstream_requests_left{host="docker.io"} 76',
      'lading_serve_downloads_under_way 2',
      'lading_serve_connections 3',
    ])
    expect(text.match(/^# TYPE (\S+) (counter|gauge)$/gm)).toHaveLength(17)
    expect(metrics.sums()).toEqual({ requests: 3, hits: 2, misses: 1, sent: 25, saved: 150, fetched: 50 })
  })

  it('escape labels, and stay bounded whatever labels come', () => {
    const family = createFamily('f', 'counter', 'help')
    family.add({ a: 'x"\\\ny' })
    expect(family.render()).toBe('# HELP f help\n# TYPE f counter\nf{a="x\\"\\\\\\ny"} 1\n')
    for (let at = 0; at < 3000; at += 1) family.add({ a: String(at) })
    expect(family.render().split('\n')).toHaveLength(1003)
  })
})

describe('the page', () => {
  const facts = {
    sums: { requests: 1, hits: 2, misses: 3, sent: 4, saved: 1_234_567, fetched: 6 },
    onTheWay: [],
    connections: 1,
    upstreams: ['docker.io'],
    startedAt: 0,
    now: 7_300_000,
  }

  it('shows what is on its way and what was saved, without a script and with nothing from elsewhere', () => {
    const state = { digest, ...place, size: 2000, written: 1000, elsewhere: false, watchers: 2, startedAt: 7_290_000 }
    const page = renderPage({ ...facts, onTheWay: [state] })
    expect(page).toContain('<tr><th>Saved<td>1.23 MB')
    expect(page).toContain('<tr><td>docker.io/library/alpine<td>sha256:44136fa355b3…<td>1 kB of 2 kB<td>2<td>10 s')
    expect(renderPage({ ...facts, onTheWay: [{ ...state, elsewhere: true }] })).toContain(
      '<td>by another process, 2 kB',
    )
    expect(page).not.toMatch(/<script|src=|https?:|javascript:|\son\w+=/)
    expect(renderPage(facts)).toContain('<p>Nothing.</p>')
    expect(renderPage({ ...facts, onTheWay: Array.from({ length: 1000 }, () => state) })).toContain('And 800 more.')
  })

  it('escapes what a client or a registry wrote', () => {
    const evil = '<script>alert(1)</script>"\'&\u001b[2J\u202e'
    const page = renderPage({
      ...facts,
      upstreams: [evil],
      onTheWay: [
        { digest, host: evil, repository: evil, size: 1, written: 0, elsewhere: false, watchers: 1, startedAt: 0 },
      ],
    })
    for (const bad of ['<script', '\u001b', '\u202e']) expect(page).not.toContain(bad)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\x1b[2J\\u202e')
  })
})

describe('the listener of metrics', () => {
  const monitor = (notReady?: string): ReturnType<typeof open> =>
    open(
      createMonitor({
        metrics: () => 'm 1\n',
        page: () => '<!doctype html>',
        notReady: () => Promise.resolve(notReady),
      }),
    )

  it('answers for health, readiness, metrics and the page', async () => {
    const listener = await monitor()
    expect(await get(listener, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' })
    expect(await get(listener, '/readyz?verbose')).toMatchObject({ status: 200, body: 'ok\n' })
    expect(await get(listener, '/metrics')).toMatchObject({
      status: 200,
      body: 'm 1\n',
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
    })
    const page = await get(listener, '/')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(await get(listener, '/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
    expect(await get(listener, '/etc')).toMatchObject({ status: 404 })
  })

  it('says why it is not ready, and is alive', async () => {
    const listener = await monitor('the store cannot be written to')
    expect(await get(listener, '/readyz')).toMatchObject({ status: 503, body: 'the store cannot be written to\n' })
    expect(await get(listener, '/healthz')).toMatchObject({ status: 200 })
  })

  it.each([
    ['a name of elsewhere', { headers: { host: 'evil.example' } }, 403],
    ['a name that only begins like loopback', { headers: { host: '127.0.0.1.evil.example:80' } }, 403],
    ['a web page of others', { headers: { origin: 'http://evil.example' } }, 403],
    ['another method', { method: 'POST' }, 400],
  ])('refuses %s', async (_, how, status) => {
    expect(await get(await monitor(), '/metrics', how)).toMatchObject({ status })
  })

  it.each(['localhost', 'localhost:1', '[::1]:9', '127.0.0.2'])('answers to %s', async (host) => {
    expect(await get(await monitor(), '/healthz', { headers: { host } })).toMatchObject({ status: 200 })
  })
})

describe('the access log', () => {
  const at = new Date(0)

  it('has a line a request', () => {
    const event = { ...request, kind: 'blob', ...place, what: digest, from: 'cache', cut: true } as const
    expect(accessLine(event, 'text', at)).toBe('1970-01-01T00:00:00.000Z 192.0.2.1 GET /v2/ 200 10B 2ms cache cut')
    expect(JSON.parse(accessLine(event, 'json', at))).toEqual({
      v: 1,
      time: '1970-01-01T00:00:00.000Z',
      remote: '192.0.2.1',
      method: 'GET',
      target: '/v2/',
      status: 200,
      bytes: 10,
      ms: 2,
      cut: true,
      kind: 'blob',
      ...place,
      what: digest,
      from: 'cache',
    })
    expect(accessLine({ ...request, remote: undefined }, 'text', at)).toContain('Z - GET')
    const known = { ...request, user: 'ann b\u001b' }
    expect(accessLine(known, 'text', at)).toContain('Z ann_b\\x1b@192.0.2.1 GET')
    expect(JSON.parse(accessLine(known, 'json', at))).toMatchObject({ remote: '192.0.2.1', user: 'ann b\\x1b' })
  })

  it.each(['text', 'json'] as const)('has nothing that moves a cursor, begins a line or is secret, as %s', (format) => {
    const line = accessLine(
      {
        ...request,
        method: 'GE\u001bT',
        target: `/\n\u009b\u202e?token=hunter2&ns=a ${'a'.repeat(5000)}`,
        what: '\u2028',
      },
      format,
      at,
    )
    // oxlint-disable-next-line no-control-regex
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]|hunter2/)
    expect(line.length).toBeLessThan(1000)
  })
})
