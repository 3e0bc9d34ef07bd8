import { openStore, rootFromEnv, type FileStore, type Store } from '@lading/store'
import type { CommandContext } from '../context.ts'
import type { GlobalOptions } from '../command-options.ts'

export const rootOf = ({ root }: GlobalOptions, { environment }: CommandContext): string =>
  root ?? rootFromEnv({ env: environment.variables })

interface StoreOptions extends GlobalOptions {
  readonly readOnly?: boolean | undefined
  readonly keepSummary?: boolean | undefined
  readonly callerWorks?: boolean | undefined
  readonly maxLayerSize?: number | undefined
  readonly maxInflationRatio?: number | undefined
}

/** The store that the options or the environment name; whoever opens it closes it. */
export const openCommandStore = (options: StoreOptions, context: CommandContext): Promise<FileStore> =>
  openStore({
    root: rootOf(options, context),
    readOnly: options.readOnly ?? false,
    keepSummary: options.keepSummary,
    callerWorks: options.callerWorks,
    maxLayerSize: options.maxLayerSize,
    maxInflationRatio: options.maxInflationRatio,
    lockTimeoutMs: options.lockTimeout,
    onWaiting: ({ message }) => context.terminal.write(`${message}\n`),
  })

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
