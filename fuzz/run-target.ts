import { readCorpus } from './corpus.ts'
import { countSteps } from './count-steps.ts'
import { stretch } from './generate/mutate.ts'
import { inputOf } from './inputs.ts'
import { createRandom } from './random.ts'
import { shrink } from './shrink.ts'
import type { Target } from './target.ts'
import { withTimeLimit } from './time-limit.ts'

export interface FuzzOptions {
  readonly runs: number
  readonly seed: number
  /** Only this run. */
  readonly only?: number | undefined
}

export interface FoundInput {
  /** `--only` of the run, or the corpus file. */
  readonly run: number | string
  readonly what: string
  readonly input: Uint8Array
  readonly error?: unknown
}

export interface FuzzReport {
  readonly runs: number
  readonly findings: readonly FoundInput[]
  /** Of the batch that had most: a measure, not a limit. */
  readonly stepsPerByte: number
}

const batchSize = 500
const mostFindings = 5
/** A hang, and nothing less: a batch takes a fraction of a second. */
const limitMs = 20_000
/**
 * Every input may take this many steps, however short it is (to build an error, say), and this many for each byte: a target may
 * parse its input several times over. A parser that starts over at each byte of a stretched input takes some thousands.
 */
const stepsPerInput = 500
const stepsPerByte = 200
const allowed = (inputs: number, bytes: number): number => inputs * stepsPerInput + bytes * stepsPerByte

interface Numbered {
  readonly run: number | string
  readonly input: Uint8Array
}

/** The corpus, then the runs in batches, then stretched inputs; each input checked, each batch counted. */
export function runTarget(target: Target, { runs, seed, only }: FuzzOptions): FuzzReport {
  const corpus = readCorpus(target.name)
  const seeds = corpus.map(({ bytes }) => bytes)
  const findings: FoundInput[] = []
  let most = 0
  const runBatch = (batch: readonly Numbered[]): void => {
    const bytes = batch.reduce((sum, { input }) => sum + input.length, 0)
    const { steps, found } = check(target, batch)
    findings.push(...found)
    if (found.length === 0 && steps > allowed(batch.length, bytes))
      findings.push(...tooManySteps(target, batch, steps, bytes))
    most = Math.max(most, steps / Math.max(1, bytes))
  }
  if (only === undefined) runBatch(corpus.map(({ name, bytes }) => ({ run: name, input: bytes })))
  const first = only ?? 0
  const end = only === undefined ? runs : only + 1
  for (let run = first; run < end && findings.length < mostFindings; run += batchSize) {
    runBatch(
      Array.from({ length: Math.min(batchSize, end - run) }, (_, index) => ({
        run: run + index,
        input: inputOf(target, seeds, seed, run + index),
      })),
    )
  }
  for (let run = first; run < end && findings.length < mostFindings; run += batchSize) {
    runBatch([{ run, input: stretch(inputOf(target, seeds, seed, run), createRandom(seed, run)) }])
  }
  return {
    runs: only === undefined ? runs : 1,
    findings: findings.slice(0, mostFindings).map((found) => shorter(target, found)),
    stepsPerByte: most,
  }
}

function check(target: Target, batch: readonly Numbered[]): { steps: number; found: FoundInput[] } {
  const found: FoundInput[] = []
  let current: Numbered | undefined
  let stopped = false
  const steps = countSteps(() => {
    const outcome = withTimeLimit(limitMs, () => {
      for (current of batch) {
        try {
          target.check(current.input)
        } catch (error) {
          found.push({
            ...current,
            what: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
            error,
          })
        }
      }
    })
    stopped = outcome.kind === 'timed-out'
  })
  if (stopped && current !== undefined)
    found.push({ ...current, what: `it does not end within ${limitMs / 1000} seconds` })
  return { steps, found }
}

/** Which inputs of a batch take more steps than they may; the batch as a whole when none does alone. */
function tooManySteps(target: Target, batch: readonly Numbered[], steps: number, bytes: number): FoundInput[] {
  const guilty = batch.flatMap((one) => {
    const own = check(target, [one]).steps
    return own > allowed(1, one.input.length) ? [{ ...one, what: `${own} steps for ${one.input.length} bytes` }] : []
  })
  const [first] = batch
  return guilty.length > 0 || first === undefined
    ? guilty
    : [{ ...first, what: `${steps} steps for ${batch.length} inputs of together ${bytes} bytes` }]
}

function shorter(target: Target, found: FoundInput): FoundInput {
  const { error } = found
  if (!(error instanceof Error)) return found
  const input = shrink(found.input, (candidate) => {
    try {
      target.check(candidate)
      return false
    } catch (other) {
      return (
        other instanceof Error && other.name === error.name && other.message.slice(0, 24) === error.message.slice(0, 24)
      )
    }
  })
  return { ...found, input }
}
