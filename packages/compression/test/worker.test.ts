import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { corpus } from './support/corpus.ts'
import { everyCut } from './support/every-cut.ts'
import { traceOf } from './support/run.ts'

it('in a worker, every input comes to what it comes to here, by either API', async () => {
  const worker = new Worker(new URL('support/corpus-in-worker.ts', import.meta.url))
  // Of a worker that ends at once both are emitted in one go: whoever waited for one after the other would wait for ever.
  const [[{ ends }]] = (await Promise.all([once(worker, 'message'), once(worker, 'exit')])) as [
    [{ readonly ends: readonly string[] }],
    unknown,
  ]
  const here = [...corpus(), ...everyCut()].map(({ input }) => traceOf(input, [1000]))
  expect(ends).toEqual(here.flatMap((end) => [end, end]))
})
