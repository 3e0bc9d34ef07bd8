import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Why a store can take nothing now; `undefined`: it can. */
export async function notReady(root: string, isStopping: () => boolean): Promise<string | undefined> {
  if (isStopping()) return 'it is stopping'
  for (let path = root; ; path = dirname(path)) {
    try {
      await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
      return undefined
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // The first pull makes it.
      if (code !== 'ENOENT' || path === dirname(path)) return `the store cannot be written to (${code})`
    }
  }
}
