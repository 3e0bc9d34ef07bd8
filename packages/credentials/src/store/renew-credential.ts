import { decodeEntry } from '../config/decode-entry.ts'
import { keysOfHost } from '../config/find-entry.ts'
import { parseConfig } from '../config/parse-config.ts'
import { readBounded } from '../config/read-bounded.ts'
import { sameCredential, type Credential } from '../credential.ts'
import { createCredentialHelper } from '../helper/create-helper.ts'
import { registryHost } from '../host.ts'
import { setEntry } from './edit-auths.ts'
import { rewriteFile } from './rewrite-file.ts'
import { entryOf, type Stored, type StoreOptions } from './store-credential.ts'
import { storePlace } from './store-place.ts'

/**
 * Puts a credential in place of another where `storeCredential` keeps them: a token server that renews an identity token
 * may have made the old one void. `undefined`: what is kept there is not the previous one (somebody logged in or out
 * since, or it came from elsewhere), and stays as it is.
 *
 * @throws CredentialError; what was kept is kept then
 */
export async function renewCredential(
  host: string,
  { previous, renewed }: { readonly previous: Credential; readonly renewed: Credential },
  { env = process.env, signal }: StoreOptions = {},
): Promise<Stored | undefined> {
  const registry = registryHost(host)
  const { file, key, helper } = await storePlace(registry, { env, signal })
  if (helper !== undefined) {
    const keeper = createCredentialHelper(helper, { env, file })
    const kept = await keeper.get(key, { signal })
    if (kept === undefined || !sameCredential(kept, previous)) return undefined
    await keeper.store(key, renewed, { signal })
    return { kind: 'helper', helper }
  }
  const keysIn = (text: string): readonly string[] => {
    if (text.trim() === '') return []
    const { config, document } = parseConfig(text, file)
    return keysOfHost(config.auths.keys(), registry).flatMap(({ key: each }) => {
      const entry = config.auths.get(each)
      const kept = entry === undefined ? undefined : decodeEntry(document, entry)
      return kept !== undefined && sameCredential(kept, previous) ? [each] : []
    })
  }
  // What has nothing to change is not written, and need not be writable.
  if (keysIn((await readBounded(file, { signal }))?.text ?? '').length === 0) return undefined
  let found: readonly string[] = []
  await rewriteFile(
    file,
    (text) => {
      found = keysIn(text)
      return found.reduce((changed, each) => setEntry(changed, each, entryOf(renewed), file), text)
    },
    { signal },
  )
  return found.length === 0 ? undefined : { kind: 'file', file }
}
