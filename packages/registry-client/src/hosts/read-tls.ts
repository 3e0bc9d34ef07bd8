import { join, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { printable } from '@lading/errors'
import type { TlsSettings } from '../transport.ts'
import { HostsError, invalid, warningOf, type HostsWarning, type Place } from './hosts-error.ts'
import { linkProblem, type LinkProblem } from './link-problem.ts'
import { listDirectory, readText, type ReadOptions } from './read-file.ts'

export interface TlsFiles {
  readonly ca: readonly string[]
  readonly client: readonly (readonly [cert: string, key?: string])[]
}

/**
 * The certificates that a `hosts.toml` names, relative to its directory, with every pair for the client.
 *
 * @throws HostsError also where a named file is not there
 */
export async function readTls(
  { ca, client }: TlsFiles,
  directory: string,
  place: Place,
  options: ReadOptions,
): Promise<TlsSettings | undefined> {
  if (ca.length === 0 && client.length === 0) return undefined
  const pem = async (file: string): Promise<string> => {
    const path = resolve(directory, file)
    const text = await readText(path, options)
    if (text === undefined)
      throw new HostsError(
        'HOSTS_FILE_UNREADABLE',
        `${printable(place.file)}: ${printable(place.rule, 200)} names ${printable(path)}, which does not exist`,
        { path, hint: 'correct the name, or put the file there' },
      )
    return text
  }
  const [trusted, pairs] = await Promise.all([
    Promise.all(ca.map(pem)),
    Promise.all(
      client.map(async ([certificate, itsKey]) => {
        const cert = await pem(certificate)
        return { cert, key: itsKey === undefined ? cert : await pem(itsKey) }
      }),
    ),
  ])
  for (const pair of pairs) assertUsable(pair, place)
  return checked({ ...(trusted.length === 0 ? {} : { ca: trusted }), ...together(pairs) }, place)
}

/** One pair is two texts, as most hosts have it. */
function together(pairs: readonly { readonly cert: string; readonly key: string }[]): TlsSettings {
  const [only] = pairs
  if (only === undefined || pairs.length === 1) return only ?? {}
  return { cert: pairs.map(({ cert }) => cert), key: pairs.map(({ key }) => key) }
}

/**
 * A directory as docker and the containers tools have it: `*.crt` are trusted, `*.cert` with `*.key` of the same name may
 * be shown, every pair of them. `tls` is `undefined` where none of them is there. Links that give nothing (an
 * installer leaves some behind) are warned of, and what is beside them is used.
 *
 * @throws HostsError also where one half of a pair is missing
 */
export async function readTlsDirectory(
  directory: string,
  options: ReadOptions,
): Promise<{ readonly tls: TlsSettings | undefined; readonly warnings: readonly HostsWarning[] }> {
  const place: Place = { file: directory, rule: 'certificates' }
  const names = await listDirectory(directory, options)
  const ending = (end: string): readonly string[] => names.filter((name) => name.endsWith(end) && name !== end)
  const pairs = pairsOf(ending, place)
  const broken = await brokenLinks(directory, [...ending('.crt'), ...pairs.flat()])
  const half = pairs.find(([cert, key]) => broken.has(cert) !== broken.has(key))
  if (half !== undefined) {
    const lost = broken.has(half[0]) ? half[0] : half[1]
    throw invalid(
      place,
      `of the pair ${printable(half.join(' and '), 200)}, ${printable(lost, 100)} ${broken.get(lost)}`,
    )
  }
  const whole = (name: string): boolean => !broken.has(name)
  const ca = ending('.crt').filter(whole)
  return {
    tls: await readTls({ ca, client: pairs.filter(([cert]) => whole(cert)) }, directory, place, options),
    warnings: [...broken].map(([name, why]) =>
      warningOf(place, `the link ${printable(name, 100)} ${why}; it is not used`),
    ),
  }
}

function pairsOf(ending: (end: string) => readonly string[], place: Place): readonly (readonly [string, string])[] {
  const [certs, keys] = [ending('.cert'), ending('.key')]
  const orphan = keys.find((name) => !certs.includes(name.replace(/\.key$/, '.cert')))
  if (orphan !== undefined)
    throw invalid(
      place,
      `the key ${printable(orphan, 100)} has no certificate ${printable(orphan.replace(/\.key$/, '.cert'), 100)}`,
    )
  const pairs = certs.map((name): readonly [string, string] => [name, name.replace(/\.cert$/, '.key')])
  const lonely = pairs.find(([, key]) => !keys.includes(key))
  if (lonely !== undefined)
    throw invalid(
      place,
      `the client certificate ${printable(lonely[0], 100)} has no key ${printable(lonely[1], 100)}; certificates of issuers end in .crt`,
    )
  return pairs
}

async function brokenLinks(directory: string, names: readonly string[]): Promise<ReadonlyMap<string, LinkProblem>> {
  const found = await Promise.all(names.map(async (name) => [name, await linkProblem(join(directory, name))] as const))
  return new Map(found.flatMap(([name, problem]) => (problem === undefined ? [] : [[name, problem] as const])))
}

function checked(settings: TlsSettings, place: Place): TlsSettings {
  for (const ca of settings.ca ?? [])
    if (!ca.includes('-----BEGIN')) throw invalid(place, 'a certificate of an issuer is not in PEM')
  assertUsable({ ca: settings.ca === undefined ? undefined : [...settings.ca] }, place)
  return settings
}

function assertUsable(
  what: { readonly ca?: string[] | undefined; readonly cert?: string; readonly key?: string },
  place: Place,
): void {
  try {
    createSecureContext(what)
  } catch (cause) {
    // The message is OpenSSL's own words and holds nothing of the key.
    throw invalid(
      place,
      `its certificates cannot be used: ${printable(cause instanceof Error ? cause.message : String(cause), 200)}`,
      { cause },
    )
  }
}
