import { openStore, rootFromEnv, type Store } from '@lading/store'
import type { CommandContext } from '../context.ts'
import type { GlobalOptions } from '../command-options.ts'

export const rootOf = ({ root }: GlobalOptions, { environment }: CommandContext): string =>
  root ?? rootFromEnv({ env: environment.variables })

/** Uses the store that the options or the environment name, and closes it. */
export async function withStore<Result>(
  options: GlobalOptions & { readonly readOnly?: boolean | undefined; readonly keepSummary?: boolean | undefined },
  context: CommandContext,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openStore({
    root: rootOf(options, context),
    readOnly: options.readOnly ?? false,
    keepSummary: options.keepSummary,
    lockTimeoutMs: options.lockTimeout,
    onWaiting: ({ message }) => context.terminal.write(`${message}\n`),
  })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
