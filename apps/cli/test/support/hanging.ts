// Waits in a system call that never comes back, as one of a dead network file system does: node hanging.ts <fifo> [done]
import { open } from 'node:fs'
import { stopOnSignals } from '../../src/process/signals.ts'

const isDone = process.argv[3] === 'done'
const { signal, done } = stopOnSignals(isDone ? 60_000 : 200)
if (isDone) signal.addEventListener('abort', done)
process.once('exit', () => process.stderr.write('terminal restored'))
open(process.argv[2] ?? '', 'r', () => process.stdout.write('it came back'))
process.stdout.write('hanging')
