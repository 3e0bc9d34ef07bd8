import type { AbortOptions } from '@lading/clock'
import { printable } from '@lading/errors'
import { ofPair, tokenUser } from '../config/decode-entry.ts'
import type { Credential, Variables } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'
import { parseJson, type JsonNode } from '../json/parse-json.ts'
import { namedBy } from './named-by.ts'
import { runHelper, type HelperAction, type HelperLimits } from './run-helper.ts'
import { isNull } from '../config/document.ts'

/** A program that keeps credentials, spoken to by docker's protocol. */
export interface CredentialHelper {
  /** What it keeps for this server; `undefined`: nothing. */
  get(server: string, options?: AbortOptions): Promise<Credential | undefined>
  store(server: string, credential: Credential, options?: AbortOptions): Promise<void>
  /** Does nothing when nothing is kept. */
  erase(server: string, options?: AbortOptions): Promise<void>
  /** Servers and user names. */
  list(options?: AbortOptions): Promise<ReadonlyMap<string, string>>
}

export interface CredentialHelperOptions extends HelperLimits {
  /** Default: the variables of this process. */
  readonly env?: Variables | undefined
  /** Which names it: errors do too. */
  readonly file?: string | undefined
}

/** The one failure that is none, by the words every helper has for it. */
const notFound = /^credentials not found\b/i

/**
 * The helper `docker-credential-<name>`. Nothing is run before it is asked.
 *
 * Its methods throw CredentialError `HELPER_NAME_INVALID`, `HELPER_MISSING`, `HELPER_FAILED`, `HELPER_TIMEOUT` or
 * `HELPER_ANSWER_INVALID`.
 */
export function createCredentialHelper(
  name: string,
  { env = process.env, file, ...limits }: CredentialHelperOptions = {},
): CredentialHelper {
  const run = async (
    action: HelperAction,
    input: string,
    secret: string,
    { signal }: AbortOptions,
  ): Promise<string | undefined> => {
    const { ok, output } = await runHelper(name, action, input, { env, signal, ...limits }).catch((error: unknown) => {
      throw file !== undefined && error instanceof CredentialError ? namedBy(file, error) : error
    })
    if (ok) return output
    const said = output.trim()
    if (action !== 'store' && notFound.test(said)) return undefined
    throw new CredentialError(
      'HELPER_FAILED',
      `the credential helper ${name} failed to ${action}: ${whatItSaid(said, secret)}`,
      { hint: `try it yourself: docker-credential-${name} ${action}` },
    )
  }
  const invalid = (action: HelperAction): never => {
    throw new CredentialError(
      'HELPER_ANSWER_INVALID',
      `the credential helper ${name} sent an invalid answer to ${action}`,
      { hint: `check that docker-credential-${name} is a credential helper` },
    )
  }
  const membersOf = (output: string, action: HelperAction): ReadonlyMap<string, JsonNode> => {
    const node = parseJson(output, () => invalid(action))
    // What Go writes for a map or a structure that nobody made.
    if (isNull(node)) return new Map()
    if (node.kind !== 'object') return invalid(action)
    return new Map(node.members.map(({ key, value }) => [key, value]))
  }

  const textOf = (node: JsonNode | undefined, action: HelperAction): string =>
    node === undefined || isNull(node) ? '' : node.kind === 'string' ? node.value : invalid(action)

  return {
    async get(server, options = {}) {
      const output = await run('get', oneLine(server), '', options)
      if (output === undefined) return undefined
      const members = membersOf(output, 'get')
      const pair = { username: textOf(members.get('Username'), 'get'), password: textOf(members.get('Secret'), 'get') }
      if (pair.username === '' && pair.password === '') return undefined
      if (pair.username === '' || pair.password === '' || pair.username.includes(':')) return invalid('get')
      return ofPair(pair)
    },
    async store(server, credential, options = {}) {
      const Secret = credential.kind === 'basic' ? credential.password : credential.token
      const Username = credential.kind === 'basic' ? credential.username : tokenUser
      if (credential.kind === 'registry')
        throw new CredentialError('HELPER_FAILED', 'a credential helper cannot store bearer tokens', {
          hint: 'store a user name with a password or an identity token',
        })
      await run('store', JSON.stringify({ ServerURL: oneLine(server), Username, Secret }), Secret, options)
    },
    async erase(server, options = {}) {
      await run('erase', oneLine(server), '', options)
    },
    async list(options = {}) {
      const output = await run('list', 'unused', '', options)
      if (output === undefined || output.trim() === '') return new Map()
      const entries = [...membersOf(output, 'list')]
      return new Map(entries.map(([server, user]) => [server, textOf(user, 'list')]))
    },
  }
}

/** A helper reads its question by lines. */
function oneLine(server: string): string {
  if (!/[\r\n\0]/.test(server) && server !== '') return server
  throw new CredentialError('CREDENTIAL_HOST_INVALID', `'${printable(server, 200)}' is not the host of a registry`, {
    hint: 'write it as in a reference: ghcr.io, localhost:5000',
  })
}

/** A helper's own words, unless they may be what it keeps. */
function whatItSaid(said: string, secret: string): string {
  if (said === '') return 'it printed nothing'
  if (said.startsWith('{')) return 'it printed no reason'
  return printable(secret === '' ? said : said.replaceAll(secret, '***'), 200)
}
