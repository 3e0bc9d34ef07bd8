// Waits in a system call that never comes back, as one of a dead network file system does: node hanging.ts <fifo>
import { open } from 'node:fs'
import { stopOnSignals } from '../../src/process/signals.ts'

stopOnSignals(200)
process.once('exit', () => process.stderr.write('terminal restored'))
open(process.argv[2] ?? '', 'r', () => process.stdout.write('it came back'))
process.stdout.write('hanging')
