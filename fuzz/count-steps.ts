import { Session, type Profiler } from 'node:inspector'

let session: Session | undefined

/**
 * How many blocks of our own code the work runs: branches, and turns of loops. Counted by the engine's own block
 * coverage, so that the code is not changed for it and no block escapes. What happens inside the engine (a regular expression,
 * a slice of a text, zlib) is no step; against those there is the guard of time.
 *
 * Calls are left out: the engine loses some of them when it compiles one function into another, and work that grows has branches.
 * It counts in functions that it compiles from the first call on, and it compiles a function when it is first run: call
 * this before anything else calls what is to be counted.
 */
export function countSteps(work: () => void): number {
  session ??= start()
  takeSteps(session)
  work()
  return takeSteps(session)
}

/** Stays for the life of the process: counting that is stopped and started again misses what was compiled before. */
function start(): Session {
  const started = new Session()
  started.connect()
  started.post('Profiler.enable')
  started.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true, allowTriggeredUpdates: false })
  return started
}

/** What ran since the last time. A session of this very thread answers before `post` returns. */
function takeSteps(from: Session): number {
  let steps = 0
  from.post('Profiler.takePreciseCoverage', (error, answer) => {
    if (error !== null) throw error
    for (const script of answer.result)
      if (isOurs(script))
        for (const { ranges } of script.functions) for (const { count } of ranges.slice(1)) steps += count
  })
  return steps
}

const isOurs = ({ url }: Profiler.ScriptCoverage): boolean => /\/(?:packages|apps)\/[^/]+\/src\//.test(url)
