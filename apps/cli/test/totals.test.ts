import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMeter } from '../src/progress/totals.ts'
import { summaryText, totalsText } from '../src/progress/totals-text.ts'
import { rowText } from '../src/progress/row-text.ts'
import { formatAmount, formatClock, formatPart, formatRate, formatSpan } from '../src/text/amount.ts'
import { digestOf, events } from './support/events.ts'
import { fakeTimers } from './support/fake-timers.ts'

const MB = 1_000_000

/** Two layers of 20 and 6.3 MB, of which 10 MB a second come. */
function halfWay(): { meter: ReturnType<typeof createMeter>; timers: ReturnType<typeof fakeTimers> } {
  const timers = fakeTimers()
  const meter = createMeter(timers.now)
  meter.event(events.exists(3))
  meter.event(events.exists(4))
  meter.event(events.pulling(1, 20 * MB))
  meter.event(events.pulling(2, 6.3 * MB))
  for (let step = 0; step <= 10; step += 1) {
    meter.event(events.bytes(1, step * MB, 20 * MB))
    timers.pass(100)
  }
  return { meter, timers }
}

describe('amounts for people', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [26_300_000, '26.3 MB'],
    [99_960_000, '100 MB'],
    [1_260_000_000, '1.26 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatAmount(bytes)).toBe(text))

  it('a part has the unit and the width of the whole', () =>
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.nat(2 ** 40), (one, other) => {
        const [done, total] = [Math.min(one, other), Math.max(one, other, 1)]
        expect(formatPart(done, total)).toHaveLength(formatPart(total, total).length)
        expect(formatPart(done, total).endsWith(` of ${formatAmount(total)}`)).toBe(true)
      }),
    ))

  it.each([
    [4100, '4.1 s', '0:04'],
    [9949, '9.9 s', '0:09'],
    [59_400, '59 s', '0:59'],
    [59_600, '1 min', '0:59'],
    [200_000, '3 min 20 s', '3:20'],
    [3_725_000, '1 h 2 min', '1:02:05'],
  ])('%d ms are %s, and %s on a clock', (ms, span, clock) => {
    expect(formatSpan(ms)).toBe(span)
    expect(formatClock(ms)).toBe(clock)
  })

  it.each([
    [3, '3 B/s'],
    [6_400_000, '6.4 MB/s'],
    [124_000_000, '124 MB/s'],
  ])('%d a second are %s', (rate, text) => expect(formatRate(rate)).toBe(text))
})

describe('the line of totals', () => {
  it.each([
    [120, `[${'='.repeat(19)}>${' '.repeat(31)}] 10.0 of 26.3 MB, 10.0 MB/s, 0:02 left, 0:01 elapsed`],
    [80, `[${'='.repeat(8)}>${' '.repeat(15)}] 10.0 of 26.3 MB, 10.0 MB/s, 0:02 left, 0:01 elapsed`],
    [60, `[===>       ] 10.0 of 26.3 MB, 10.0 MB/s, 0:02 left, 0:01`],
    [59, '10.0 of 26.3 MB, 10.0 MB/s, 0:02 left, 0:01 elapsed'],
    [40, '10.0 of 26.3 MB, 0:02 left'],
    [20, '10.0 of 26.3 MB'],
  ])('says in %d columns what has room', (columns, line) => {
    expect(totalsText(halfWay().meter.read(), columns)).toBe(line)
  })

  it('is never as wide as the screen, and cuts no number from 20 columns on', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 200 }),
        fc.nat(2 ** 45),
        fc.nat(2 ** 45),
        fc.nat(10 ** 7),
        (columns, one, other, ms) => {
          const timers = fakeTimers()
          const meter = createMeter(timers.now)
          meter.event(events.bytes(1, Math.min(one, other), Math.max(one, other, 1)))
          timers.pass(ms)
          const line = totalsText(meter.read(), columns)
          expect(line.length).toBeLessThan(columns)
          expect(line).toMatch(/[kMGTP]?B\b/)
          expect(line).not.toContain('…')
        },
      ),
    ))

  it('says that nothing comes any more, and for how long', () => {
    const { meter, timers } = halfWay()
    timers.pass(12_000)
    expect(totalsText(meter.read(), 59)).toBe('10.0 of 26.3 MB, stalled for 12 s, 0:13 elapsed')
  })

  it('counts what was resumed as there, and not as transferred', () => {
    const timers = fakeTimers()
    const meter = createMeter(timers.now)
    meter.event(events.pulling(1))
    meter.event(events.resume(1, 830))
    meter.event(events.bytes(1, 830))
    timers.pass(1000)
    meter.event(events.bytes(1, 900))
    expect(meter.read()).toMatchObject({ done: 900, total: 1000, moved: 70, resumed: 830 })
    meter.event(events.retry(1, 3))
    meter.event(events.resume(1, 900))
    meter.event(events.verifying(1))
    expect(meter.read()).toMatchObject({ done: 1000, moved: 170, resumed: 830 })
  })
})

describe('the summary', () => {
  const after = (ms: number, ...list: Parameters<ReturnType<typeof createMeter>['event']>[0][]): string | undefined => {
    const timers = fakeTimers()
    const meter = createMeter(timers.now)
    for (const event of list) meter.event(event)
    timers.pass(ms)
    return summaryText(meter.read(), undefined)
  }

  it('says what came, how fast, and how much was here', () => {
    const size = 26.3 * MB
    expect(
      after(
        4100,
        events.exists(2),
        events.exists(3),
        events.bytes(1, size, size),
        events.verified(1),
        events.complete(1),
      ),
    ).toBe('26.3 MB in 4.1 s, 6.4 MB/s; 2 layers were here')
    expect(after(1000, events.resume(1, 400), events.bytes(1, 1000))).toBe(
      '600 B in 1.0 s, 600 B/s; 400 B came from an earlier pull',
    )
  })

  it('says nothing where nothing came', () => expect(after(10, events.exists(1))).toBeUndefined())

  it('does not count as here what came with an earlier tag', () => {
    expect(after(1000, events.bytes(1, 1000), events.verified(1), events.complete(1), events.exists(1))).toBe(
      '1.00 kB in 1.0 s, 1.0 kB/s',
    )
  })
})

describe('a layer’s line', () => {
  const row = (current: number, total = 26.3 * MB) => ({
    digest: digestOf(1),
    id: '000100010001',
    status: 'Downloading',
    phase: 'active' as const,
    bar: { current, total },
  })

  it.each([
    [120, `000100010001: Downloading [${'='.repeat(23)}>${' '.repeat(27)}]   12.3MB/26.3MB`],
    [60, '000100010001: Downloading [=====>       ]   12.3MB/26.3MB'],
    [59, '000100010001: Downloading   12.3MB/26.3MB'],
    [40, '000100010001: Downloading 12.3MB/26.3MB'],
    [39, '000100010001: Downloading 46%'],
    [20, '000100010001: 46%'],
  ])('says in %d columns what has room', (columns, line) => expect(rowText(row(12.3 * MB), columns)).toBe(line))

  it('says that it is slow, or stalled', () => {
    const timers = fakeTimers()
    const meter = createMeter(timers.now)
    const at = (columns: number): string => rowText(row(50_000), columns, meter.paceOf(digestOf(1)))
    for (let step = 1; step <= 50; step += 1) {
      meter.event(events.bytes(1, step * 1000, 26.3 * MB))
      timers.pass(100)
    }
    expect(at(80)).toMatch(/50kB\/26.3MB, slow, 10.0 kB\/s$/)
    timers.pass(7000)
    expect(at(80)).toMatch(/50kB\/26.3MB, stalled for 7 s$/)
    expect(at(40)).toBe('000100010001: 0%, stalled for 7 s')
  })
})
