import type { AbortOptions } from '@lading/clock'
import type { Credential, Variables } from '../credential.ts'
import { tokenUser } from '../config/decode-entry.ts'
import { registryHost } from '../host.ts'
import { createCredentialHelper } from '../helper/create-helper.ts'
import { setEntry } from './edit-auths.ts'
import { rewriteFile } from './rewrite-file.ts'
import { storePlace } from './store-place.ts'

export interface StoreOptions extends AbortOptions {
  /** Default: the variables of this process. */
  readonly env?: Variables | undefined
}

/** Where a credential went. */
export type Stored =
  | { readonly kind: 'helper'; readonly helper: string }
  | { readonly kind: 'file'; readonly file: string }

/**
 * Keeps a credential for a registry: with the helper that is configured for it; else in the file itself, base64 and
 * not encrypted, with mode 0600. Every other member of the file stays as it is written.
 *
 * @throws CredentialError; nothing is kept then
 */
export async function storeCredential(
  host: string,
  credential: Credential,
  { env = process.env, signal }: StoreOptions = {},
): Promise<Stored> {
  const registry = registryHost(host)
  const { file, key, helper } = await storePlace(registry, { env, signal })
  if (helper !== undefined) await createCredentialHelper(helper, { env, file }).store(key, credential, { signal })
  // With a helper an empty entry, as docker leaves one: so others know that there is something to ask for.
  const entry = helper === undefined ? entryOf(credential) : {}
  await rewriteFile(file, (text) => setEntry(text, key, entry, file), { signal })
  return helper === undefined ? { kind: 'file', file } : { kind: 'helper', helper }
}

/** An entry of `auths`, as docker writes one. */
export function entryOf(credential: Credential): Record<string, string> {
  if (credential.kind === 'registry') return { registrytoken: credential.token }
  if (credential.kind === 'identity') return { auth: base64(`${tokenUser}:`), identitytoken: credential.token }
  return { auth: base64(`${credential.username}:${credential.password}`) }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
