import { parseReference } from '@lading/reference'
import type { Finding, Store } from '@lading/store'
import { runs, type Scenario } from '../kill/scenarios.ts'

export interface Verb {
  /** Whose root it finds. */
  readonly before: Scenario
  /** It may change nothing that names reach. */
  readonly reads: boolean
  /** Rejects as the command would, and with a plain error where it accuses what is good. */
  run(store: Store, host: string): Promise<void>
}

const changing = Object.fromEntries(
  (Object.keys(runs) as Scenario[]).map((name): readonly [string, Verb] => [
    name,
    { before: name, reads: false, run: (store, host) => runs[name](store, host) },
  ]),
)

const reading = (run: Verb['run']): Verb => ({ before: 'tag', reads: true, run })

const accusing: ReadonlySet<Finding['kind']> = new Set(['names-lost', 'name-broken', 'blob-damaged', 'record-wrong'])

/** Everything that a user does to a store. */
export const verbs: Readonly<Record<string, Verb>> = {
  ...changing,
  images: reading(async (store) => {
    const errors: unknown[] = []
    await store.images({ onDamaged: ({ error }) => errors.push(error) })
    for (const error of errors) throw error
  }),
  inspect: reading(async (store, host) => {
    await store.inspect(`${host}/t/app:1`, { platform: { os: 'linux', architecture: 'amd64' } })
  }),
  resolve: reading(async (store, host) => {
    const target = await store.resolve(parseReference(`${host}/t/app:1`))
    if (target === undefined) throw new Error('a name that is there was not found')
  }),
  df: reading(async (store) => void (await store.usage())),
  check: reading(async (store) => {
    const { findings } = await store.check()
    const wrong = findings.filter(({ kind }) => accusing.has(kind))
    if (wrong.length > 0) throw new Error(`it accuses what is good: ${JSON.stringify(wrong)}`)
  }),
}
