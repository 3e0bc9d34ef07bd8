// Is told Ctrl-Break by the console, as the platform that is named has it, and once more when it goes on: node ctrl-break.ts <platform>
import { stopOnSignals } from '../../src/process/signals.ts'

const { signal } = stopOnSignals(60_000, process.argv[2])
signal.addEventListener('abort', () => process.stdout.write((signal.reason as Error).message))
process.once('exit', () => process.stderr.write('terminal restored'))
process.emit('SIGBREAK' as NodeJS.Signals)
setImmediate(() => process.emit('SIGBREAK' as NodeJS.Signals))
