import type { AbortOptions } from '@lading/clock'
import type { CredentialConfig } from '../config/credential-config.ts'
import { parseConfig } from '../config/parse-config.ts'
import { readBounded } from '../config/read-bounded.ts'
import type { Variables } from '../credential.ts'
import { createSource, type CredentialSource } from './create-source.ts'
import { lookInConfig } from './look-in-config.ts'
import { modeNote } from './mode-note.ts'
import { dockerConfigFile } from './places.ts'

export interface DockerConfigOptions {
  /** The file. Default: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
  readonly file?: string | undefined
  /** Default: the variables of this process. */
  readonly env?: Variables | undefined
}

/**
 * Docker's `config.json` by docker's rules: `credHelpers`, then `credsStore`, then `auths` by host. Read again at each
 * question, so that a login elsewhere counts.
 *
 * The source throws CredentialError: what the file holds is broken, or the helper it names is missing or fails.
 */
export function dockerConfig({ file, env = process.env }: DockerConfigOptions = {}): CredentialSource {
  const place = file ?? dockerConfigFile(env)
  return createSource('docker', async function* (target, { signal, ask }) {
    const read = await readBounded(place, { signal })
    if (read === undefined) yield { source: 'docker', place, outcome: 'absent', reason: 'the file does not exist' }
    else
      yield* lookInConfig(
        { source: 'docker', place, text: read.text, rules: 'docker', note: modeNote(read.mode) },
        target,
        { env, signal, ask },
      )
  })
}

/** `DOCKER_AUTH_CONFIG`: a whole `config.json` in a variable, as CI systems hand it over. */
export function dockerAuthConfig({
  env = process.env,
}: { readonly env?: Variables | undefined } = {}): CredentialSource {
  const place = 'DOCKER_AUTH_CONFIG'
  return createSource(place, async function* (target, { signal, ask }) {
    const text = env[place]
    if (!text) yield { source: place, place, outcome: 'absent', reason: 'the variable is not set' }
    else yield* lookInConfig({ source: place, place, text, rules: 'docker' }, target, { env, signal, ask })
  })
}

/** What docker's `config.json` says, without the credentials in it. */
export interface DockerConfigFacts extends Omit<CredentialConfig, 'auths'> {
  /** The keys of `auths`, as written. */
  readonly hosts: readonly string[]
}

/**
 * Docker's `config.json` as data, `HttpHeaders` and `proxies` included; `undefined` when there is none.
 *
 * @throws CredentialError `CREDENTIALS_INVALID`, `CREDENTIALS_TOO_LARGE`, `CREDENTIALS_UNREADABLE`
 */
export async function readDockerConfig({
  file,
  env = process.env,
  signal,
}: DockerConfigOptions & AbortOptions = {}): Promise<DockerConfigFacts | undefined> {
  const place = file ?? dockerConfigFile(env)
  const read = await readBounded(place, { signal })
  if (read === undefined) return undefined
  const { auths, ...facts } = parseConfig(read.text, place).config
  return { ...facts, hosts: [...auths.keys()] }
}
