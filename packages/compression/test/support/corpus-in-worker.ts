// Run in a worker by worker.test.ts: what each case comes to, by either API.
import { parentPort } from 'node:worker_threads'
import { corpus } from './corpus.ts'
import { everyCut } from './every-cut.ts'
import { asyncTraceOf, traceOf } from './run.ts'

const ends: string[] = []
for (const { input } of [...corpus(), ...everyCut()])
  ends.push(traceOf(input, [1000]), await asyncTraceOf(input, [1000]))
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port to a thread, not a window
parentPort?.postMessage({ ends })
