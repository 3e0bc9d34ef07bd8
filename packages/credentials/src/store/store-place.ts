import type { AbortOptions } from '@lading/clock'
import { helperFor } from '../config/find-entry.ts'
import { parseConfig } from '../config/parse-config.ts'
import { readBounded } from '../config/read-bounded.ts'
import type { Variables } from '../credential.ts'
import { dockerKey } from '../host.ts'
import { dockerConfigFile } from '../source/places.ts'

/** Where a host's credentials are kept, as the configuration has it. */
export interface StorePlace {
  readonly file: string
  /** The key of `auths` there. */
  readonly key: string
  /** The helper that keeps the secret, in place of the file. */
  readonly helper: string | undefined
}

/**
 * The file that `REGISTRY_AUTH_FILE` names, by containers' rules; else docker's `config.json`, by docker's.
 *
 * @throws CredentialError of reading the file
 */
export async function storePlace(
  host: string,
  { env, signal }: AbortOptions & { readonly env: Variables },
): Promise<StorePlace> {
  const named = env['REGISTRY_AUTH_FILE']
  const file = named || dockerConfigFile(env)
  const key = named ? host : dockerKey(host)
  const read = await readBounded(file, { signal })
  if (read === undefined || read.text.trim() === '') return { file, key, helper: undefined }
  const { config } = parseConfig(read.text, file)
  return { file, key, helper: helperFor(config, { host }, named ? 'containers' : 'docker')?.name }
}
