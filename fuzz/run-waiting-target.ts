import { readCorpus } from './corpus.ts'
import { inputOf } from './inputs.ts'
import type { FoundInput, FuzzOptions, FuzzReport } from './run-target.ts'
import type { WaitingTarget } from './target.ts'

const mostFindings = 5
/** A hang, and nothing less. */
const limitMs = 20_000

/** The corpus, then the runs, one after the other. Inputs are shown as they are, and not made shorter. */
export async function runWaitingTarget(
  target: WaitingTarget,
  { runs, seed, only }: FuzzOptions,
): Promise<Omit<FuzzReport, 'stepsPerByte'>> {
  const corpus = readCorpus(target.name)
  const seeds = corpus.map(({ bytes }) => bytes)
  const findings: FoundInput[] = []
  const run = async (which: number | string, input: Uint8Array): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it does not end within ${limitMs / 1000} seconds`)), limitMs)
    })
    try {
      await Promise.race([target.check(input), late])
    } catch (error) {
      const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      findings.push({ run: which, what, input, error })
    } finally {
      clearTimeout(timer)
    }
  }
  if (only === undefined) for (const { name, bytes } of corpus) await run(name, bytes)
  const first = only ?? 0
  const end = only === undefined ? runs : only + 1
  for (let at = first; at < end && findings.length < mostFindings; at++) await run(at, inputOf(target, seeds, seed, at))
  return { runs: end - first, findings }
}
