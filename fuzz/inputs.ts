import { mutate } from './generate/mutate.ts'
import { createRandom } from './random.ts'
import type { InputMaker } from './target.ts'

/** The input of one run: it depends on the seed, the run's number and the corpus, and on no other run. */
export function inputOf(target: InputMaker, corpus: readonly Uint8Array[], seed: number, run: number): Uint8Array {
  const random = createRandom(seed, run)
  if (random.once(3)) return target.generate(random)
  const other = target.generate(random)
  const start = random.once(2) || corpus.length === 0 ? target.generate(random) : random.pick(corpus)
  return mutate(start, random, target.words, other)
}
