import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHostGate, type HostGate, type Verdict, type Pass } from '../src/wire/host-gate.ts'
import { failureOf } from './support/client.ts'
import { steppedClock, type SteppedClock } from './support/stepped-clock.ts'

interface Visitor {
  readonly name: number
  readonly controller: AbortController
  readonly entering: Promise<void>
  pass?: Pass
  failure?: unknown
}

/** A gate with visitors who come, go and give up, and a record of what the gate did. */
function scene(most: number): {
  readonly clock: SteppedClock
  readonly gate: HostGate
  readonly limits: number[]
  readonly entered: number[]
  readonly come: () => Visitor
} {
  const clock = steppedClock()
  const limits: number[] = []
  const entered: number[] = []
  const gate = createHostGate(clock, { most, onWait: () => undefined, onLimit: (limit) => limits.push(limit) })
  let names = 0
  const come = (): Visitor => {
    const controller = new AbortController()
    const visitor: Visitor = {
      name: names++,
      controller,
      entering: gate.enter({ signal: controller.signal }).then(
        (pass) => {
          visitor.pass = pass
          entered.push(visitor.name)
        },
        (error: unknown) => {
          visitor.failure = error
        },
      ),
    }
    return visitor
  }
  return { clock, gate, limits, entered, come }
}

const leave = (visitor: Visitor | undefined, outcome: Verdict): void => {
  visitor?.pass?.leave(outcome)
}

describe("a host's gate", () => {
  it('lets in as many as may, the others in the order they came', async () => {
    const { clock, entered, come } = scene(2)
    const all = Array.from({ length: 5 }, come)
    await clock.pass(0)
    expect(entered).toEqual([0, 1])
    leave(all[1], 'good')
    leave(all[0], 'good')
    await clock.pass(0)
    expect(entered).toEqual([0, 1, 2, 3])
    leave(all[2], 'neither')
    await clock.pass(0)
    expect(entered).toEqual([0, 1, 2, 3, 4])
  })

  it('halves what runs after a "too many", once for all that were under way, and grows by one after as many good ones', async () => {
    const { clock, limits, come } = scene(32)
    const first = Array.from({ length: 12 }, come)
    await clock.pass(0)
    for (const visitor of first.slice(0, 3)) leave(visitor, 'too-much')
    expect(limits).toEqual([6])
    // What was asked before says nothing about the smaller number.
    for (const visitor of first.slice(3)) leave(visitor, 'good')
    expect(limits).toEqual([6])
    const second = Array.from({ length: 12 }, come)
    await clock.pass(0)
    for (const visitor of second.slice(0, 6)) {
      leave(visitor, 'good')
      await clock.pass(0)
    }
    expect(limits).toEqual([6, 7])
    leave(second[6], 'too-much')
    expect(limits).toEqual([6, 7, 3])
  })

  it('never goes below one, nor above what it was given', async () => {
    const { clock, limits, come } = scene(2)
    for (let round = 0; round < 3; round++) {
      const visitor = come()
      await clock.pass(0)
      leave(visitor, 'too-much')
    }
    expect(limits).toEqual([1])
    for (let round = 0; round < 10; round++) {
      const pair = [come(), come()]
      for (const visitor of pair) {
        await clock.pass(0)
        leave(visitor, 'good')
      }
    }
    expect(limits).toEqual([1, 2])
  })

  it('does not take the word of good answers that came when it was half empty', async () => {
    const { clock, limits, come } = scene(8)
    const crowd = Array.from({ length: 8 }, come)
    await clock.pass(0)
    leave(crowd[0], 'too-much')
    for (const visitor of crowd.slice(1)) leave(visitor, 'neither')
    for (let round = 0; round < 20; round++) {
      const alone = come()
      await clock.pass(0)
      leave(alone, 'good')
    }
    expect(limits).toEqual([4])
  })

  it('takes a refused connection for too much only while others are under way', async () => {
    const { clock, limits, come } = scene(8)
    const alone = come()
    await clock.pass(0)
    leave(alone, 'unreachable')
    expect(limits).toEqual([])
    const crowd = Array.from({ length: 6 }, come)
    await clock.pass(0)
    leave(crowd[0], 'unreachable')
    expect(limits).toEqual([3])
  })

  it('holds everybody while the host rests, and a shorter rest does not shorten a longer one', async () => {
    const { clock, gate, entered, come } = scene(8)
    gate.pause(5000)
    gate.pause(100)
    come()
    come()
    await clock.pass(4999)
    expect(entered).toEqual([])
    gate.pause(1000)
    await clock.pass(1)
    expect(entered).toEqual([])
    await clock.pass(999)
    expect(entered).toEqual([0, 1])
    expect(clock.sleeping).toBe(0)
  })

  it("forgets who gives up in the queue, with the signal's own reason, and holds no timer for nobody", async () => {
    const { clock, gate, entered, come } = scene(1)
    gate.pause(60_000)
    const visitor = come()
    const reason = { enough: true }
    visitor.controller.abort(reason)
    await visitor.entering
    expect(visitor.failure).toBe(reason)
    expect(clock.sleeping).toBe(0)
    const gone = new AbortController()
    gone.abort(reason)
    await expect(gate.enter({ signal: gone.signal })).rejects.toBe(reason)
    await clock.pass(60_000)
    expect(entered).toEqual([])
    expect(gate.forgettable).toBe(true)
  })

  it('lets the next one in when all places are held by those who make the host wait', async () => {
    const { clock, entered, come } = scene(1)
    const reader = come()
    await clock.pass(0)
    come()
    reader.pass?.idle(true)
    await clock.pass(500)
    reader.pass?.idle(false)
    reader.pass?.idle(true)
    await clock.pass(999)
    expect(entered).toEqual([0])
    await clock.pass(1)
    expect(entered).toEqual([0, 1])
  })

  it('turns everybody away when it closes', async () => {
    const { clock, gate, come } = scene(1)
    come()
    const waiting = gate.enter({})
    await clock.pass(0)
    const reason = new Error('closed')
    gate.close(reason)
    expect(await failureOf(waiting)).toBe(reason)
  })

  it('keeps its rules whatever happens', async () => {
    const happening = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ kind: 'come' } as const) },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('leave' as const),
          who: fc.nat(),
          outcome: fc.constantFrom<Verdict>('good', 'too-much', 'unreachable', 'neither'),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('give up' as const), who: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.nat(3000) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.nat(2000) }) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(happening, { maxLength: 60 }),
        async (most, happenings) => {
          const { clock, gate, limits, entered, come } = scene(most)
          let waiting: Visitor[] = []
          let inside: Visitor[] = []
          let restsUntil = 0
          const look = async (): Promise<void> => {
            await clock.pass(0)
            const limit = limits.at(-1) ?? most
            const before = inside.length
            const came = waiting.filter(({ pass }) => pass !== undefined)
            waiting = waiting.filter(({ pass, failure }) => pass === undefined && failure === undefined)
            inside.push(...came)
            const rests = clock.now() < restsUntil
            expect({
              'more came in than may be there': came.length > 0 && inside.length > limit,
              'somebody waits in front of an open gate': waiting.length > 0 && !rests && inside.length < limit,
              'somebody came in while the host rests': rests && inside.length > before,
            }).toEqual({
              'more came in than may be there': false,
              'somebody waits in front of an open gate': false,
              'somebody came in while the host rests': false,
            })
            expect(limit).toBeGreaterThanOrEqual(1)
            expect(limit).toBeLessThanOrEqual(most)
          }
          for (const event of happenings) {
            if (event.kind === 'come') waiting.push(come())
            else if (event.kind === 'leave') {
              const [visitor] = inside.splice(event.who % Math.max(1, inside.length), 1)
              leave(visitor, event.outcome)
            } else if (event.kind === 'give up')
              waiting[event.who % Math.max(1, waiting.length)]?.controller.abort(new Error('enough'))
            else if (event.kind === 'pause') {
              restsUntil = Math.max(restsUntil, clock.now() + event.ms)
              gate.pause(event.ms)
            } else await clock.pass(event.ms)
            await look()
          }
          // In the order they came.
          expect(entered).toEqual(entered.toSorted((a, b) => a - b))
          // When all have gone, everybody gets in, one round after the other, and nothing is left behind.
          for (await clock.pass(3000); inside.length + waiting.length > 0; await look()) {
            for (const visitor of inside.splice(0)) leave(visitor, 'neither')
          }
          expect(clock.sleeping).toBe(0)
        },
      ),
    )
  })
})
