import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTtyRenderer } from '../src/progress/tty.ts'
import { events } from './support/events.ts'
import { fakeTerminal } from './support/fake-terminal.ts'
import { fakeTimers } from './support/fake-timers.ts'

interface Shown {
  readonly terminal: ReturnType<typeof fakeTerminal>
  readonly timers: ReturnType<typeof fakeTimers>
  readonly renderer: ReturnType<typeof createTtyRenderer>
}

function show(size: { columns?: number; rows?: number } = {}): Shown {
  const terminal = fakeTerminal(size)
  const timers = fakeTimers()
  return { terminal, timers, renderer: createTtyRenderer(terminal, { timers }) }
}

const rest = '000100010001'

describe('the terminal', () => {
  it('draws each layer in place', () => {
    const { terminal, timers, renderer } = show({ columns: 120 })
    for (const event of [
      events.resolve(),
      events.pulling(1),
      events.pulling(2),
      events.bytes(1, 250),
      events.waiting(2),
    ])
      renderer.event(event)
    timers.pass(100)
    expect(terminal.screen.lines()).toEqual([
      'latest: Pulling from library/alpine',
      `${rest}: Downloading [============>                                      ]     250B/1kB`,
      '000200020002: Waiting',
    ])
    renderer.event(events.bytes(1, 1000))
    timers.pass(100)
    expect(terminal.screen.lines()[1]).toBe(
      `${rest}: Downloading [==================================================>]      1kB/1kB`,
    )
    renderer.close()
  })

  it('redraws at most once in 100 ms, however many events there are', () => {
    const { terminal, timers, renderer } = show()
    renderer.event(events.pulling(1))
    const before = terminal.screen.writes
    for (let current = 1; current <= 500; current += 1) {
      renderer.event(events.bytes(1, current))
      timers.pass(1)
    }
    expect(terminal.screen.writes - before).toBe(5)
    renderer.close()
    expect(timers.pending).toBe(0)
  })

  it('ends with the last state, below it the results, and the cursor shown', () => {
    const { terminal, timers, renderer } = show()
    for (const event of [
      events.resolve(),
      events.exists(2),
      events.pulling(1),
      events.bytes(1, 10),
      events.verified(1),
      events.complete(1),
      events.digest(),
      events.status(),
    ])
      renderer.event(event)
    timers.pass(2000)
    expect(terminal.screen.cursorShown).toBe(false)
    renderer.close()
    renderer.close()
    expect(terminal.screen.cursorShown).toBe(true)
    expect(terminal.screen.lines()).toEqual([
      'latest: Pulling from library/alpine',
      '000200020002: Already exists',
      `${rest}: Pull complete`,
      `Digest: sha256:${'0'.repeat(64)}`,
      'Status: Downloaded newer image for alpine:latest',
      '1.00 kB in 2.0 s, 500 B/s; 1 layer was here',
    ])
  })

  it('keeps what was unfinished when the pull fails', () => {
    const { terminal, renderer } = show()
    renderer.event(events.bytes(1, 10))
    renderer.event(events.bytes(1, 20))
    renderer.close()
    expect(terminal.screen.lines()).toEqual([`${rest}: Downloading [>${' '.repeat(32)}]      20B/1kB`])
  })

  it('puts a warning above the layers that move', () => {
    const { terminal, timers, renderer } = show()
    renderer.event(events.pulling(1))
    renderer.event(events.warning('strange'))
    renderer.event(events.complete(1))
    timers.pass(100)
    expect(terminal.screen.lines()).toEqual(['WARNING: strange', `${rest}: Pull complete`])
    renderer.close()
  })

  it('counts a retry down in docker’s words, and remembers what was resumed', () => {
    const { terminal, timers, renderer } = show()
    const seen = [events.retry(1, 2), events.retry(1, 1), events.resume(1, 830), events.complete(1)].map((event) => {
      renderer.event(event)
      timers.pass(100)
      return terminal.screen.lines().join('\n')
    })
    expect(seen).toEqual([
      `${rest}: Retrying in 2 seconds`,
      `${rest}: Retrying in 1 second`,
      `${rest}: Resuming at 83%`,
      `${rest}: Pull complete (resumed at 83%)`,
    ])
    renderer.close()
  })

  it('shows what moves, and a count of the rest, when there are more layers than lines', () => {
    const { terminal, timers, renderer } = show({ rows: 6 })
    for (let number = 1; number <= 20; number += 1) renderer.event(events.waiting(number))
    for (let number = 1; number <= 10; number += 1) renderer.event(events.complete(number))
    for (const number of [12, 19]) renderer.event(events.bytes(number, 1))
    timers.pass(100)
    expect(terminal.screen.visible()).toEqual([
      '000b000b000b: Waiting',
      `000c000c000c: Downloading [>${' '.repeat(32)}]       1B/1kB`,
      '000d000d000d: Waiting',
      `001300130013: Downloading [>${' '.repeat(32)}]       1B/1kB`,
      '... and 16 more layers: 6 waiting, 10 complete',
      '',
    ])
    renderer.close()
    expect(terminal.screen.lines()).toHaveLength(20)
  })

  it('draws no line as wide as the screen', () => {
    const { terminal, timers, renderer } = show({ columns: 20 })
    renderer.event(events.bytes(1, 10))
    renderer.event(events.bytes(2, 10))
    timers.pass(100)
    expect(terminal.screen.visible()).toEqual(['000100010001: 1%', '000200020002: 1%', ''])
    renderer.close()
  })

  it('has a last line about all layers, whose time goes on, and which goes when they are done', () => {
    const { terminal, timers, renderer } = show({ columns: 60, rows: 4 })
    for (const number of [1, 2, 3, 4]) renderer.event(events.pulling(number))
    for (let current = 0; current <= 500; current += 100) {
      renderer.event(events.bytes(1, current))
      timers.pass(200)
    }
    const shown = (): string[] => terminal.screen.visible().filter((line) => line !== '')
    expect(shown()).toEqual([
      '000100010001: Downloading [======>      ]     500B/1kB',
      '... and 3 more layers: 3 waiting',
      '[=>         ] 0.50 of 4.00 kB, 500 B/s, 0:07 left, 0:01',
    ])
    for (let second = 0; second < 9; second += 1) timers.pass(1000)
    expect(shown()).toEqual([
      '000100010001: Downloading 500B/1kB, stalled for 9 s',
      '... and 3 more layers: 3 waiting',
      '[=>         ] 0.50 of 4.00 kB, stalled for 9 s, 0:10',
    ])
    for (const number of [1, 2, 3, 4]) renderer.event(events.complete(number))
    timers.pass(100)
    expect(shown()).not.toContainEqual(expect.stringContaining(' of '))
    renderer.close()
    expect(timers.pending).toBe(0)
  })

  it('leaves nothing of lines that were wrapped when the screen became narrower', () => {
    const { terminal, timers, renderer } = show({ columns: 120 })
    for (const number of [1, 2]) renderer.event(events.bytes(number, 250))
    timers.pass(100)
    terminal.resize(50, 24)
    timers.pass(100)
    expect(terminal.screen.visible().filter((line) => line !== '')).toEqual([
      '000100010001: Downloading     250B/1kB',
      '000200020002: Downloading     250B/1kB',
    ])
    renderer.close()
  })

  it('stops listening to the screen and the process when it closes', () => {
    const before = ['exit', 'SIGTSTP', 'SIGCONT'].map((name) => process.listenerCount(name))
    const { terminal, timers, renderer } = show()
    renderer.event(events.pulling(1))
    renderer.close()
    const writes = terminal.screen.writes
    terminal.resize(40, 10)
    renderer.event(events.complete(1))
    timers.pass(1000)
    expect(terminal.screen.writes).toBe(writes)
    expect(['exit', 'SIGTSTP', 'SIGCONT'].map((name) => process.listenerCount(name))).toEqual(before)
  })

  it('restores the cursor when the process ends in the middle', () => {
    const { terminal, renderer } = show()
    renderer.event(events.pulling(1))
    const [restore] = process.listeners('exit').slice(-1)
    restore?.(0)
    expect(terminal.screen.cursorShown).toBe(true)
  })

  it('leaves each line once, whatever comes when, and however the screen is resized meanwhile', () => {
    const number = fc.integer({ min: 1, max: 8 })
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(number, fc.nat(1000)).map(([id, current]) => ({ event: events.bytes(id, current) })),
      },
      { weight: 2, arbitrary: number.map((id) => ({ event: events.waiting(id) })) },
      { weight: 2, arbitrary: number.map((id) => ({ event: events.complete(id) })) },
      { weight: 1, arbitrary: fc.constant({ event: events.warning('careful') }) },
      { weight: 1, arbitrary: fc.constant({ event: events.digest() }) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 150 }).map((pass) => ({ pass })) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.integer({ min: 40, max: 200 }), fc.integer({ min: 40, max: 60 }))
          .map((size) => ({ size })),
      },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { terminal, timers, renderer } = show({ columns: 100, rows: 50 })
        const settled: string[] = []
        let messages = 0
        const open = new Set<string>()
        for (const each of steps) {
          if ('pass' in each) timers.pass(each.pass)
          else if ('size' in each) terminal.resize(each.size[0], each.size[1])
          else {
            renderer.event(each.event)
            if (each.event.type === 'warning') messages += 1
            else if (each.event.type === 'digest') {
              messages += 1
              settled.push(...open)
              open.clear()
            } else if ('id' in each.event) open.add(each.event.id)
          }
        }
        renderer.close()
        settled.push(...open)
        const lines = terminal.screen.lines()
        expect(lines.filter((line) => /^[0-9a-f]{12}: /.test(line)).map((line) => line.slice(0, 12))).toEqual(settled)
        expect(lines).toHaveLength(settled.length + messages)
      }),
    )
  })
})
