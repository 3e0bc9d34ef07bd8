import { describe, expect, it } from 'vitest'
import { createFlow, type FlowMode } from '../src/progress/flow.ts'
import { fakeTerminal } from './support/fake-terminal.ts'
import { fakeTimers } from './support/fake-timers.ts'

function flowing(mode: FlowMode, { interactive = false, quiet = false } = {}) {
  const terminal = fakeTerminal({ interactive })
  const timers = fakeTimers()
  const flow = createFlow(mode, terminal, { timers, quiet })
  /** A second with 1 MB, over and over. */
  const flows = (seconds: number): void => {
    for (let step = 0; step < seconds * 10; step += 1) {
      flow.add(100_000)
      timers.pass(100)
    }
  }
  return { terminal, timers, flow, flows, lines: () => terminal.written.join('').split('\n').slice(0, -1) }
}

describe('bytes that flow, in a log', () => {
  it('are told every ten seconds, with what is left, and what they came to', () => {
    const { flow, flows, lines, timers } = flowing('plain')
    flow.expect(30_000_000)
    flows(25)
    expect(lines()).toEqual(['10.0 of 30.0 MB, 1.0 MB/s, 0:20 left', '20.0 of 30.0 MB, 1.0 MB/s, 0:10 left'])
    flows(5)
    flow.close(true)
    expect(lines().at(-1)).toBe('30.0 MB in 30 s, 1.0 MB/s')
    expect(timers.pending).toBe(0)
  })

  it('say so when nothing comes, where no end is known', () => {
    const { flow, flows, timers, lines } = flowing('auto')
    flows(2)
    timers.pass(8000)
    timers.pass(10_000)
    expect(lines()).toEqual(['2.00 MB, stalled for 8 s', '2.00 MB, stalled for 18 s'])
    flow.close(false)
    expect(lines()).toHaveLength(2)
  })

  it('are nothing to tell of when they were there at once, or when nobody wants to know', () => {
    for (const { flow, flows, timers, terminal } of [flowing('plain'), flowing('tty')]) {
      flow.add(5)
      flow.close(true)
      flows(1)
      expect([terminal.written, timers.pending]).toEqual([[], 0])
    }
    const quiet = flowing('tty', { quiet: true })
    quiet.flows(20)
    quiet.flow.close(true)
    expect([quiet.terminal.written, quiet.timers.pending]).toEqual([[], 0])
  })
})

describe('bytes that flow, at a terminal', () => {
  it('are one line that is drawn again, which goes where something else is said', () => {
    const { flow, flows, terminal } = flowing('auto', { interactive: true })
    flow.expect(10_000_000)
    flows(4)
    expect(terminal.written.at(-1)).toContain('4.0 of 10.0 MB, 1.0 MB/s, 0:06 left')
    expect(terminal.written.every((text) => text.split('\n').length <= 2)).toBe(true)
    flow.terminal.write('WARNING: x\n')
    expect(terminal.written.slice(-2)).toEqual(['\u001b[1A\r\u001b[J', 'WARNING: x\n'])
    flows(6)
    flow.close(true)
    expect(terminal.written.slice(-2)).toEqual(['\u001b[1A\r\u001b[J', '10.0 MB in 10 s, 1.0 MB/s\n'])
    flow.terminal.write('after\n')
    expect(terminal.written.at(-1)).toBe('after\n')
  })
})
