import { describe, expect, it } from 'vitest'
import { boundedLines } from '../src/actions/serve/access-log.ts'
import { announcement } from '../src/actions/serve/announcement.ts'
import { assertMetricsSafe, assertSafe } from '../src/actions/serve/assert-safe.ts'
import { parseUpstreams } from '../src/actions/serve/parse-upstream.ts'
import { watchEvents } from '../src/actions/serve/watch-events.ts'

describe('upstreams', () => {
  it('are hosts in the form of references, docker.io where none is given', () => {
    expect(parseUpstreams()).toEqual([{ host: 'docker.io', withCredentials: false }])
    expect(
      parseUpstreams(['index.docker.io', 'ghcr.io,credentials', 'localhost:5000', 'localhost', '127.0.0.1:1']),
    ).toEqual([
      { host: 'docker.io', withCredentials: false },
      { host: 'ghcr.io', withCredentials: true },
      { host: 'localhost:5000', withCredentials: false },
      { host: 'localhost', withCredentials: false },
      { host: '127.0.0.1:1', withCredentials: false },
    ])
  })

  it.each([
    '',
    'docker',
    'docker.io/library',
    'https://docker.io',
    'docker.io,',
    'docker.io,password',
    'docker.io,credentials,credentials',
    'ann@ghcr.io',
    'GHCR.io:x',
  ])('are not %j', (text) => {
    expect(() => parseUpstreams([text])).toThrow(expect.objectContaining({ code: 'USAGE', hint: expect.any(String) }))
  })

  it('are given once', () => {
    expect(() => parseUpstreams(['docker.io', 'index.docker.io,credentials'])).toThrow('docker.io is given twice')
  })
})

describe('what a server lets others see', () => {
  const open = { address: '0.0.0.0:5000', isLoopback: false, hasTls: false, hasPasswords: false }
  const known = [{ host: 'ghcr.io', withCredentials: true }]

  it.each([
    ['credentials for everybody', { ...open, upstreams: known }, 'could read what your credentials for ghcr.io allow'],
    ['passwords in clear text', { ...open, hasPasswords: true, upstreams: [] }, 'unencrypted'],
    ['both', { ...open, hasPasswords: true, upstreams: known }, 'unencrypted'],
  ])('is not %s', (_, exposure, message) => {
    expect(() => assertSafe(exposure)).toThrow(message)
  })

  it.each([
    ['credentials on loopback', { ...open, isLoopback: true, upstreams: known }],
    ['passwords on loopback', { ...open, isLoopback: true, hasPasswords: true, upstreams: [] }],
    ['credentials with passwords and TLS', { ...open, hasTls: true, hasPasswords: true, upstreams: known }],
    ['what is public', { ...open, upstreams: [{ host: 'docker.io', withCredentials: false }] }],
  ])('may be %s', (_, exposure) => {
    expect(() => assertSafe(exposure)).not.toThrow()
  })

  it('is not the metrics', () => {
    expect(() => assertMetricsSafe('0.0.0.0:9', false)).toThrow('the metrics show what is pulled')
    expect(() => assertMetricsSafe('127.0.0.1:9', true)).not.toThrow()
  })
})

it('a server says where it is, whom it asks, and how clients find it', () => {
  const facts = {
    address: '127.0.0.1:5000',
    port: 5000,
    hasTls: false,
    hasPasswords: false,
    offline: false,
    upstreams: [{ host: 'docker.io', withCredentials: false }],
    root: '/store',
  }
  expect(announcement(facts)).toEqual([
    'Serving at http://127.0.0.1:5000',
    'Store: /store',
    'Upstreams: docker.io',
    'docker: { "registry-mirrors": ["http://127.0.0.1:5000"] } in /etc/docker/daemon.json',
    'podman: podman pull --tls-verify=false 127.0.0.1:5000/docker.io/NAME:TAG',
    'lading: lading pull --mirror http://127.0.0.1:5000 docker.io/NAME:TAG',
  ])
  const safe = { hasTls: true, hasPasswords: true, offline: true, metrics: '127.0.0.1:9100' }
  const upstreams = [{ host: 'ghcr.io', withCredentials: true }]
  expect(announcement({ ...facts, ...safe, address: '0.0.0.0:443', upstreams })).toEqual([
    'Serving at https://0.0.0.0:443, for users with a password',
    'Store: /store',
    'Upstreams: none (--offline)',
    'Metrics and a page: http://127.0.0.1:9100/',
    'podman: podman pull THIS-HOST:443/ghcr.io/NAME:TAG',
    'lading: lading pull --mirror ghcr.io=https://THIS-HOST:443 ghcr.io/NAME:TAG',
  ])
  expect(announcement({ ...facts, address: '/run/lading.sock', port: undefined })).toHaveLength(3)
})

it('a server tells its operator what failed, the same once a minute', () => {
  const said: string[] = []
  const watch = watchEvents({
    metrics: { observe: () => {} },
    lastUsed: { touch: () => {} },
    accessLog: 'none',
    line: () => {},
    warn: (message) => void said.push(message),
    grown: () => {},
  })
  const digest = `sha256:${'0'.repeat(64)}` as const
  const place = { host: 'docker.io', repository: 'library/app' }
  const ended = { type: 'download:ended', digest, size: 9, received: 1, ...place } as const
  watch({ ...ended, outcome: 'failed', code: 'CONNECTION_LOST', message: 'the connection was lost' })
  watch({ ...ended, outcome: 'failed', code: 'CONNECTION_LOST', message: 'the connection was lost' })
  watch({ ...ended, outcome: 'failed' })
  watch({ ...ended, outcome: 'unwatched', code: 'DOWNLOAD_STOPPED' })
  watch({ type: 'failed', id: 1, code: 'PERMISSION', message: 'open /x: permission denied\u001b[2J' })
  watch({ type: 'unkept', digest, code: 'NO_SPACE', message: 'no space left' })
  expect(said).toEqual([
    'docker.io/library/app: the connection was lost',
    `docker.io/library/app: ${digest} did not come`,
    'a request failed here (PERMISSION): open /x: permission denied\\x1b[2J',
    `${digest} was served and could not be kept: no space left`,
  ])
})

describe('the access log', () => {
  it('loses lines rather than memory where nobody reads them, and says so', async () => {
    const written: string[] = []
    const held: (() => void)[] = []
    const log = boundedLines({
      write: (bytes) => new Promise((resolve) => void held.push(() => resolve(void written.push(String(bytes))))),
    })
    const line = 'a'.repeat(1024)
    for (let at = 0; at < 2000; at += 1) log(line)
    expect(held).toHaveLength(1025)
    for (const take of held.splice(0)) take()
    await new Promise(setImmediate)
    log('next')
    for (const take of held.splice(0)) take()
    expect(written.slice(-2)).toEqual(['(975 lines were lost: the reader was too slow)\n', 'next\n'])
  })

  it('ends quietly when its reader has gone', async () => {
    let writes = 0
    const log = boundedLines({ write: () => ((writes += 1), Promise.reject(new Error('gone'))) })
    log('a')
    await new Promise(setImmediate)
    log('b')
    expect(writes).toBe(1)
  })
})
