import { printable } from '@lading/errors'
import { registryHost, type Finding } from '@lading/credentials'
import type { SignIn } from '@lading/registry-client'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { formatTable } from '../text/table.ts'
import { credentialSource } from './credentials.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

interface AuthWhyOptions extends RegistryCommandOptions {
  readonly json?: boolean | undefined
  readonly check?: boolean | undefined
}

interface Target {
  readonly host: string
  readonly repository?: string | undefined
}

export const authWhy: Action<[host: string], AuthWhyOptions> = async ([given], options, context) => {
  const target = parseTarget(given)
  const source = await credentialSource(context)
  const findings = await source.explain(target, { signal: context.signal })
  const failed = findings.find(({ outcome }) => outcome === 'failed')?.error
  const used = failed === undefined ? findings.find(({ outcome }) => outcome === 'used') : undefined
  const check = options.check === true && failed === undefined ? await tryOut(target, options, context) : undefined
  if (options.json === true) {
    context.print(
      jsonText({
        registry: target.host,
        repository: target.repository,
        findings: findings.map(({ error, ...finding }) => ({
          ...finding,
          ...(error === undefined ? {} : { code: error.code }),
        })),
        used: used?.place,
        check: check?.report,
      }),
    )
  } else {
    for (const line of formatTable(
      ['SOURCE', 'PLACE', '', 'WHY'],
      findings.map(({ source: name, place, outcome, reason }) => [name, printable(place), outcome, printable(reason)]),
      { width: context.output.columns, foldsLast: true },
    ))
      context.print(line)
    context.print(
      `\n${target.host}: ${failed !== undefined ? 'unknown, since a place failed' : used === undefined ? 'nobody' : who(used)}${check === undefined ? '' : `; ${check.words}`}`,
    )
  }
  const error = failed ?? check?.error
  return error === undefined ? exitCodes.ok : context.report(error)
}

/** `ghcr.io`, or with a repository: `quay.io/acme/app`. */
function parseTarget(text: string): Target {
  const slash = /^https?:/i.test(text) ? -1 : text.indexOf('/')
  const repository = slash === -1 ? '' : text.slice(slash + 1)
  return repository === '' ? { host: registryHost(text) } : { host: registryHost(text.slice(0, slash)), repository }
}

function who({ kind, username, place }: Finding): string {
  const name =
    kind === 'basic' ? printable(username ?? '') : kind === 'identity' ? 'an identity token' : 'a bearer token'
  return `${name}, from ${printable(place)}`
}

interface Check {
  readonly words: string
  readonly report: { readonly outcome: string; readonly scheme?: string; readonly realm?: string | undefined }
  readonly error?: unknown
}

/** Shows it to the registry, and pulls nothing. */
async function tryOut(target: Target, options: RegistryCommandOptions, context: CommandContext): Promise<Check> {
  const { signal } = context
  try {
    const credential = await (await credentialSource(context))(target, { signal })
    const { outcome, scheme, realm } = await withClient(options, context, (client) =>
      client.signIn(target.host, { credential, signal }),
    )
    return { words: inWords(outcome, realm), report: { outcome, scheme, realm } }
  } catch (error) {
    signal.throwIfAborted()
    return { words: 'it did not work', report: { outcome: 'failed' }, error }
  }
}

function inWords(outcome: SignIn['outcome'], realm: string | undefined): string {
  switch (outcome) {
    case 'accepted':
      return 'the registry accepts it'
    case 'anonymous':
      return 'the registry allows anonymous access'
    case 'not-asked':
      return 'the registry allows anonymous access and did not ask for credentials'
    default:
      return `not sent to its token server ${realm}, which is a different host: lading login asks about it, --allow-realm allows it`
  }
}
