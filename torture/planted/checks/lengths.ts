import { expected, onStage } from './stage.ts'

/** A `Content-Length` that fits its body and not the manifest is refused before any of the body is read, and once. */
export const lyingLengths = (): Promise<readonly string[]> =>
  onStage(async ({ registry, large, pull }) => {
    const wrong: string[] = []
    for (const then of [{ extraBytes: 1_000_000 }, 'truncate'] as const) {
      registry.clearFaults()
      registry.journal.clear()
      registry.addFault({ on: 'blob', digest: large, then, ...(then === 'truncate' ? { afterBytes: 100_000 } : {}) })
      wrong.push(
        ...expected(`a body that is wrong by ${JSON.stringify(then)}`, await pull(), 'SIZE_MISMATCH'),
        ...expected('requests for it', registry.journal.blob(large).requests.length, 1),
      )
    }
    return wrong
  })
