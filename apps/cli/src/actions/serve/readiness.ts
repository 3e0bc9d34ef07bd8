import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isLadingError } from '@lading/errors'
import { parseReference } from '@lading/reference'
import type { Store } from '@lading/store'
import { isOnObjects } from '../open-store.ts'

/** Why a store can take nothing now; `undefined`: it can. */
export const notReady = (store: Pick<Store, 'root' | 'resolve'>): Promise<string | undefined> =>
  isOnObjects(store.root) ? notAnswering(store) : notWritable(store.root)

/** Whoever asks waits no longer. In milliseconds. */
const askMs = 5_000

async function notAnswering(store: Pick<Store, 'resolve'>): Promise<string | undefined> {
  const over = new AbortController()
  const late = setTimeout(askMs, 'the store does not answer', { signal: over.signal }).catch(() => undefined)
  // Any name: what counts is that there is an answer.
  const answer = store.resolve(parseReference('lading.invalid/ready:now')).then(
    () => undefined,
    (error: unknown) => `the store does not answer (${isLadingError(error) ? error.code : String(error)})`,
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    over.abort()
  }
}

async function notWritable(root: string): Promise<string | undefined> {
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
