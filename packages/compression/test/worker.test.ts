import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { corpus } from './support/corpus.ts'
import { everyCut } from './support/every-cut.ts'
import { traceOf } from './support/run.ts'

it('in a worker, every input comes to what it comes to here, by either API', async () => {
  const worker = new Worker(new URL('support/corpus-in-worker.ts', import.meta.url))
  const [{ ends }] = (await once(worker, 'message')) as [{ readonly ends: readonly string[] }]
  await once(worker, 'exit')
  const here = [...corpus(), ...everyCut()].map(({ input }) => traceOf(input, [1000]))
  expect(ends).toEqual(here.flatMap((end) => [end, end]))
})
