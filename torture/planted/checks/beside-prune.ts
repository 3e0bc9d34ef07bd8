import { openStore } from '@lading/store'
import { expected, onStage } from './stage.ts'

/** What a running pull has fetched is not fetched again, whoever cleans up meanwhile. */
export const besidePrune = (): Promise<readonly string[]> =>
  onStage(async ({ registry, app, large, root, pull }) => {
    const small = app.layers[0]?.digest ?? ''
    registry.addFault({ on: 'blob', digest: large, nth: 1, then: { delayMs: 3_000 } })
    const pulling = pull()
    const store = await openStore({ root, workers: 0 })
    // The small layer is here, and the large one has not begun.
    while ((await store.contents.stat(small as never)) === undefined)
      await new Promise((resolve) => setTimeout(resolve, 20))
    await store.prune({ minAgeMs: 0 })
    await store.close()
    return [
      ...expected('a pull beside a prune', await pulling, 'done'),
      ...expected('requests for what it had', registry.journal.blob(small).requests.length, 1),
    ]
  })
