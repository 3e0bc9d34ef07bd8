import { openStore } from '@lading/store'
import { killHalfWay } from './interrupted.ts'
import { expected, onStage } from './stage.ts'

/** What a killed pull has fetched outlives a `prune` without options, and is not fetched again. */
export const pruneAfterKill = (): Promise<readonly string[]> =>
  onStage(async (stage) => {
    const { registry, app, large, root, pull } = stage
    await killHalfWay(stage)
    const store = await openStore({ root, workers: 0 })
    await store.prune()
    await store.close()
    const outcome = await pull()
    const [again] = registry.journal.blob(large).requests
    return [
      ...expected('the pull after it', outcome, 'done'),
      ...expected('requests for what was whole', registry.journal.blob(app.layers[0]?.digest ?? '').requests.length, 0),
      ...expected(
        'what is asked for of the rest',
        again?.range,
        'bytes=200000-' + String((app.layers[1]?.size ?? 0) - 1),
      ),
    ]
  })
