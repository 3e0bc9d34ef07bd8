import type { Digest } from '@lading/digest'
import { earlierRootNote, openStore, rootFromEnv, type FileStore, type Store } from '@lading/store'
import type { CommandContext } from '../context.ts'
import type { GlobalOptions } from '../command-options.ts'
import { whileOpening } from './while-opening.ts'

export const rootOf = ({ root }: GlobalOptions, { environment }: CommandContext): string =>
  root ?? rootFromEnv({ env: environment.variables })

/** Whether the store is on object storage, and not in files. */
export const isOnObjects = (root: string): boolean => /^s3:/i.test(root)

export interface StoreOptions extends GlobalOptions {
  readonly readOnly?: boolean | undefined
  readonly keepSummary?: boolean | undefined
  readonly callerWorks?: boolean | undefined
  readonly maxLayerSize?: number | undefined
  readonly maxInflationRatio?: number | undefined
}

/** The store that the options or the environment name; whoever opens it closes it. */
export async function openCommandStore(options: StoreOptions, context: CommandContext): Promise<Store> {
  const root = rootOf(options, context)
  const tell = (line: string): void => context.terminal.write(`${line}\n`)
  if (isOnObjects(root)) return (await import('./open-object-store.ts')).openObjectStore(root, { ...options, tell })
  const note = options.root === undefined ? earlierRootNote(root, { env: context.environment.variables }) : undefined
  if (note !== undefined) tell(`note: ${note}`)
  const open = (): Promise<FileStore> =>
    openStore({
      root,
      readOnly: options.readOnly ?? false,
      keepSummary: options.keepSummary,
      callerWorks: options.callerWorks,
      maxLayerSize: options.maxLayerSize,
      maxInflationRatio: options.maxInflationRatio,
      lockTimeoutMs: options.lockTimeout,
      onWaiting: ({ message }) => tell(message),
    })
  return whileOpening(open, { root, context, tell })
}

/** Where the file of a blob is, for threads that read it. `undefined`: the store is not in files. */
export function filesOf(store: Store): ((digest: Digest) => string) | undefined {
  const { contents } = store as FileStore
  return isOnObjects(store.root) ? undefined : (digest) => contents.path(digest)
}

/** Uses the store that the options or the environment name, and closes it. */
export async function withStore<Result>(
  options: StoreOptions,
  context: CommandContext,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openCommandStore(options, context)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
