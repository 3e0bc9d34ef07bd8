import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { beforeAll, afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createRenderer } from '../src/progress/create-renderer.ts'
import { events } from './support/events.ts'
import { fakeTerminal } from './support/fake-terminal.ts'
import { runHere } from './support/run-here.ts'

describe('a command that has to wait', () => {
  let registry: TestRegistry
  let at: string
  let layer: string
  beforeAll(async () => {
    registry = await startTestRegistry({ auth: { kind: 'bearer', anonymous: 'pull' } })
    const built = await registry.seed(image('t/app:1').layer({ a: 'a' }))
    at = `${registry.host}/t/app`
    layer = built.layers[0]?.digest ?? ''
  })
  beforeEach(() => registry.clearFaults())
  afterAll(() => registry.close())

  const commands = (): [string, readonly string[]][] => [
    ['manifest', ['pull', `${at}:1`]],
    ['manifest', ['manifest', `${at}:1`]],
    ['tags', ['tags', at]],
    ['token', ['tags', at]],
    ['token', ['pull', '-q', `${at}:1`]],
    ['blob', ['pull', `${at}:1`]],
    ['blob', ['blob', '-o', '-', `${at}@${layer}`]],
  ]

  it('for longer than it may says at once for how long, whatever it asked for', async () => {
    for (const [on, command] of commands()) {
      registry.clearFaults()
      registry.addFault({ on: on as 'blob', method: 'GET', then: { status: 429, retryAfter: 3600 } })
      const { code, stderr } = await runHere(command)
      expect([command, code, stderr]).toEqual([
        command,
        5,
        expect.stringMatching(
          /asks to wait for 3600 s \(60 min\), and the time limit of the request is reached in 1\d\d s/,
        ),
      ])
      expect(stderr).toContain('--request-timeout')
    }
  })

  it('says so, and how long', async () => {
    // The waits for layers are counted down elsewhere, by a clock that takes no time.
    for (const [on, command] of commands().filter(([what, [name]]) => what !== 'blob' || name !== 'pull')) {
      registry.clearFaults()
      registry.addFault({ on: on as 'blob', method: 'GET', nth: 1, then: { status: 503, retryAfter: 0 } })
      const { code, stderr } = await runHere(command)
      expect([command, code, stderr]).toEqual([
        command,
        0,
        expect.stringMatching(/is tried again in [\d.]+ s: it answered 503|Retrying in \d seconds?: .*503/),
      ])
    }
  })

  it('quietly tells of each attempt once', () => {
    const terminal = fakeTerminal({ interactive: false })
    const renderer = createRenderer('auto', terminal, { quiet: true })
    for (const event of [
      events.bytes(1, 5),
      events.retry(1, 3),
      events.retry(1, 2),
      events.retry(1, 1, 2),
      events.bytes(1, 6),
      events.retry(1, 1),
      { type: 'wait', host: 'h', forMs: 1, code: 'X', message: 'waiting 1 s for h' } as const,
    ])
      renderer.event(event)
    expect(terminal.written.join('')).toBe(
      [
        '000100010001: Retrying in 3 seconds: the connection was lost\n',
        '000100010001: Retrying in 1 second: the connection was lost\n',
        '000100010001: Retrying in 1 second: the connection was lost\n',
        'waiting 1 s for h\n',
      ].join(''),
    )
  })
})
