import { describe, expect, it } from 'vitest'
import { createPlainRenderer } from '../src/progress/plain.ts'
import { events } from './support/events.ts'
import { fakeTerminal } from './support/fake-terminal.ts'
import { fakeTimers } from './support/fake-timers.ts'

function told(...list: Parameters<ReturnType<typeof createPlainRenderer>['event']>[0][]): string[] {
  return toldOver(list.map((event) => ({ event })))
}

type Step =
  | { readonly event: Parameters<ReturnType<typeof createPlainRenderer>['event']>[0] }
  | { readonly pass: number }

/** The same where time passes. */
function toldOver(steps: readonly Step[], options: { readonly groups?: boolean } = {}): string[] {
  const terminal = fakeTerminal({ interactive: false })
  const timers = fakeTimers()
  const renderer = createPlainRenderer(terminal, { timers, ...options })
  for (const step of steps)
    if ('event' in step) renderer.event(step.event)
    else timers.pass(step.pass)
  renderer.close()
  expect(timers.pending).toBe(0)
  return terminal.written.join('').split('\n').slice(0, -1)
}

describe('plain lines', () => {
  it('say a pull in docker’s words and order', () => {
    expect(
      told(
        events.resolve(),
        events.exists(1),
        events.pulling(2),
        events.waiting(2),
        events.bytes(2, 10),
        events.inflating(2, 5),
        events.bytes(2, 500),
        events.inflating(2, 400),
        events.verifying(2),
        events.verified(2),
        events.extracting(2, 5),
        events.complete(2),
        events.digest(),
        events.status(),
      ),
    ).toEqual([
      'latest: Pulling from library/alpine',
      '000100010001: Already exists',
      '000200020002: Pulling fs layer',
      '000200020002: Waiting',
      '000200020002: Downloading',
      '000200020002: Verifying Checksum',
      '000200020002: Download complete',
      '000200020002: Extracting',
      '000200020002: Pull complete',
      `Digest: sha256:${'0'.repeat(64)}`,
      'Status: Downloaded newer image for alpine:latest',
      '1.00 kB in 0 ms; 1 layer was here',
    ])
  })

  it('say every ten seconds how far everything is, as long as it is not done', () => {
    const flow = Array.from({ length: 25 }, (_, second): Step[] => [
      { event: events.bytes(1, second * 10, 1000) },
      { pass: 1000 },
    ]).flat()
    expect(toldOver([{ event: events.pulling(1) }, ...flow, { event: events.complete(1) }, { pass: 60_000 }])).toEqual([
      '000100010001: Pulling fs layer',
      '000100010001: Downloading',
      '0.09 of 1.00 kB, 10 B/s, 1:31 left',
      '0.19 of 1.00 kB, 10 B/s, 1:21 left',
      '000100010001: Pull complete',
    ])
  })

  it('say that nothing comes any more, and how far a long inflation is', () => {
    expect(
      toldOver([
        { event: events.bytes(1, 100, 1000) },
        { pass: 10_000 },
        { event: events.verified(1) },
        { event: events.extracting(1, 500) },
        { pass: 10_000 },
        { event: events.complete(1) },
      ]),
    ).toEqual([
      '000100010001: Downloading',
      '0.10 of 1.00 kB, stalled for 10 s',
      '000100010001: Download complete',
      '000100010001: Extracting',
      '000100010001: Extracting 50%',
      '000100010001: Pull complete',
    ])
  })

  it('about layers are a group of GitHub Actions, and nothing that matters is inside of it', () => {
    const steps: Step[] = [
      { event: events.resolve() },
      { event: events.pulling(1) },
      { event: events.warning('strange') },
      { event: events.complete(1) },
      { event: events.digest() },
      { event: events.pulling(2) },
    ]
    expect(toldOver(steps, { groups: true })).toEqual([
      'latest: Pulling from library/alpine',
      '::group::Layers of library/alpine:latest',
      '000100010001: Pulling fs layer',
      '::endgroup::',
      'WARNING: strange',
      '::group::Layers of library/alpine:latest',
      '000100010001: Pull complete',
      '::endgroup::',
      `Digest: sha256:${'0'.repeat(64)}`,
      '::group::Layers of library/alpine:latest',
      '000200020002: Pulling fs layer',
      '::endgroup::',
    ])
  })

  it('are no flood: a thousand counts of bytes are one line', () => {
    expect(told(...Array.from({ length: 1000 }, (_, index) => events.bytes(1, index)))).toHaveLength(1)
  })

  it('tell a retry once, with its reason, and the resumed download', () => {
    expect(
      told(
        events.bytes(1, 5),
        events.retry(1, 3),
        events.retry(1, 2),
        events.retry(1, 1),
        events.resume(1, 830),
        events.bytes(1, 830),
        events.retry(1, 2, 2),
      ),
    ).toEqual([
      '000100010001: Downloading',
      '000100010001: Retrying in 3 seconds: the connection was lost',
      '000100010001: Resuming at 83%',
      '000100010001: Downloading',
      '000100010001: Retrying in 2 seconds: the connection was lost',
    ])
  })

  it('disarm what a server says', () => {
    expect(told(events.warning('a\u001b[2Jb\nc'))).toEqual(['WARNING: a\\x1b[2Jb\\x0ac'])
  })

  it('tell which mirror is used and that it failed, but not that a registry has no TLS', () => {
    expect(
      told(
        { type: 'endpoint', url: 'https://mirror', mirror: true },
        { type: 'endpoint:failed', url: 'https://mirror', mirror: true, code: 'UNAVAILABLE', message: 'out of order' },
        { type: 'endpoint', url: 'https://registry', mirror: false },
        { type: 'endpoint:failed', url: 'https://registry', mirror: false, code: 'TLS_FAILED', message: 'no TLS' },
        { type: 'endpoint', url: 'http://registry', mirror: false },
      ),
    ).toEqual(['Using mirror https://mirror', 'https://mirror failed, trying the next endpoint: out of order'])
  })

  it('tell why a platform was chosen that is not the wanted one', () => {
    const wanted = { os: 'linux', architecture: 'arm', variant: 'v7' }
    expect(
      told(
        {
          type: 'platform',
          digest: `sha256:${'0'.repeat(64)}`,
          platform: { os: 'linux', architecture: 'arm', variant: 'v6' },
          wanted,
        },
        { type: 'platform', digest: `sha256:${'0'.repeat(64)}`, platform: wanted, wanted },
      ),
    ).toEqual(['Platform: linux/arm/v6, the best of this image for linux/arm/v7'])
  })

  it('start anew for each tag of many', () => {
    expect(told(events.resolve('1'), events.exists(1), events.resolve('2'), events.exists(1))).toEqual([
      '1: Pulling from library/alpine',
      '000100010001: Already exists',
      '2: Pulling from library/alpine',
      '000100010001: Already exists',
    ])
  })
})
