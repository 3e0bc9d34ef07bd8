import { decodeEntry } from '../config/decode-entry.ts'
import { parseConfig } from '../config/parse-config.ts'
import { readBounded } from '../config/read-bounded.ts'
import { parseNetrc } from '../config/parse-netrc.ts'
import { CredentialError } from '../credential-error.ts'
import type { Credential, Variables } from '../credential.ts'
import { createCredentialHelper } from '../helper/create-helper.ts'
import { parseHostKey, shownKey } from '../host.ts'
import { containersAuthFiles, dockerConfigFile, isGuessed, netrcFile } from '../source/places.ts'
import { readGuessed } from '../source/read-guessed.ts'
import type { StoreOptions } from './store-credential.ts'

/** Somebody who is known somewhere. No secret in it. */
export interface KnownCredential {
  /** Canonical; with a path where the file names one: `docker.io`, `quay.io/acme`. */
  readonly registry: string
  readonly place: string
  readonly kind?: Credential['kind'] | undefined
  readonly username?: string | undefined
  /** Why it cannot be said who. */
  readonly error?: CredentialError | undefined
}

/**
 * Everybody who is known in the files and in the helpers that they name, file by file. A place that cannot be read is
 * an entry with an error and hides no other. Variables are not listed: their names do not say a host back.
 */
export async function listCredentials({ env = process.env, signal }: StoreOptions = {}): Promise<
  readonly KnownCredential[]
> {
  const known: KnownCredential[] = []
  const attempt = async (place: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act()
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof CredentialError)) throw error
      known.push({ registry: '', place, error })
    }
  }
  const files = [dockerConfigFile(env), ...containersAuthFiles(env)]
  for (const file of files)
    await attempt(file, async () => void known.push(...(await inConfig(file, { env, signal }, attempt))))
  const machines = netrcFile(env)
  await attempt(machines, async () => {
    const read = await readBounded(machines, { signal })
    for (const { machine, login } of parseNetrc(read?.text ?? '', machines))
      known.push({ registry: registryOf(machine), place: machines, kind: 'basic', username: login })
  })
  return known
}

async function inConfig(
  file: string,
  { env, signal }: StoreOptions & { readonly env: Variables },
  attempt: (place: string, act: () => Promise<void>) => Promise<void>,
): Promise<readonly KnownCredential[]> {
  const read = await (isGuessed(file) ? readGuessed : readBounded)(file, { signal })
  if (read === undefined || read instanceof CredentialError || read.text.trim() === '') return []
  const { config, document } = parseConfig(read.text, file)
  const known: KnownCredential[] = []
  for (const [key, entry] of config.auths) {
    await attempt(file, async () => {
      const credential = decodeEntry(document, entry)
      if (credential !== undefined) known.push({ registry: registryOf(key), place: file, ...shown(credential) })
    })
  }
  const helpers = new Set([
    ...config.credHelpers.values(),
    ...(config.credsStore === undefined ? [] : [config.credsStore]),
  ])
  for (const helper of helpers) {
    const place = `docker-credential-${helper}`
    await attempt(place, async () => {
      for (const [server, username] of await createCredentialHelper(helper, { env, file }).list({ signal })) {
        known.push({
          registry: registryOf(server),
          place,
          ...(username === '<token>' ? { kind: 'identity' } : { kind: 'basic', username }),
        })
      }
    })
  }
  return known
}

function registryOf(key: string): string {
  const { host, path } = parseHostKey(key)
  return shownKey(path === '' ? host : `${host}/${path}`)
}

const shown = (credential: Credential): Pick<KnownCredential, 'kind' | 'username'> => ({
  kind: credential.kind,
  ...(credential.kind === 'basic' ? { username: credential.username } : {}),
})
