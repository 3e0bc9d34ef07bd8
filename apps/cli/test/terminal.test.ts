import { WriteStream } from 'node:tty'
import { expect, it } from 'vitest'
import { terminalOn } from '../src/process/terminal.ts'

const stream = (size: { columns: number; rows: number }): WriteStream =>
  Object.assign(Object.create(WriteStream.prototype) as WriteStream, { isTTY: true, ...size })

it.each([
  [{ columns: 0, rows: 0 }, [80, 24]],
  [{ columns: 132, rows: 50 }, [132, 50]],
])('a terminal of %o is taken as one of %o', (size, taken) => {
  const terminal = terminalOn(stream(size), 'xterm')
  expect([terminal.columns(), terminal.rows()]).toEqual(taken)
})
