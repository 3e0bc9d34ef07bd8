import { keysOfWholeHost } from '../config/find-entry.ts'
import { parseConfig } from '../config/parse-config.ts'
import { readBounded } from '../config/read-bounded.ts'
import { registryHost } from '../host.ts'
import { createCredentialHelper } from '../helper/create-helper.ts'
import { removeEntry } from './edit-auths.ts'
import { rewriteFile } from './rewrite-file.ts'
import type { StoreOptions } from './store-credential.ts'
import { storePlace } from './store-place.ts'

/** What was forgotten. */
export interface Erased {
  /** The helper that was told to forget it, if one is configured. */
  readonly helper: string | undefined
  readonly file: string
  /** The keys that went out of the file; empty when there were none. */
  readonly keys: readonly string[]
}

/**
 * Forgets a registry where `storeCredential` keeps it: in its helper, and every spelling of the host in the file. What the
 * file has for a part of the registry (`ghcr.io/acme`) stays.
 *
 * @throws CredentialError
 */
export async function eraseCredential(host: string, { env = process.env, signal }: StoreOptions = {}): Promise<Erased> {
  const registry = registryHost(host)
  const { file, key, helper } = await storePlace(registry, { env, signal })
  if (helper !== undefined) await createCredentialHelper(helper, { env, file }).erase(key, { signal })
  const read = await readBounded(file, { signal })
  if (read === undefined || read.text.trim() === '') return { helper, file, keys: [] }
  const keysIn = (text: string): readonly string[] =>
    text.trim() === '' ? [] : keysOfWholeHost(parseConfig(text, file).config.auths.keys(), registry)
  const keys = keysIn(read.text)
  const without = (text: string): string => keysIn(text).reduce((rest, each) => removeEntry(rest, each, file), text)
  if (keys.length > 0) await rewriteFile(file, without, { signal })
  return { helper, file, keys }
}
