import { join, resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { printable } from '@lading/errors'
import type { TlsSettings } from '../transport.ts'
import { HostsError, invalid, type Place } from './hosts-error.ts'
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
        `${printable(place.file)}: ${printable(place.rule, 200)} names ${printable(path)}, and there is no such file`,
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
 * be shown, every pair of them. `undefined` where none of them is there.
 *
 * @throws HostsError also where one half of a pair is missing
 */
export async function readTlsDirectory(directory: string, options: ReadOptions): Promise<TlsSettings | undefined> {
  const place: Place = { file: directory, rule: 'certificates' }
  const names = await listDirectory(directory, options)
  const ending = (end: string): readonly string[] => names.filter((name) => name.endsWith(end) && name !== end)
  const orphan = ending('.key').find((name) => !names.includes(name.replace(/\.key$/, '.cert')))
  if (orphan !== undefined)
    throw invalid(
      place,
      `the key ${printable(orphan, 100)} has no certificate ${printable(orphan.replace(/\.key$/, '.cert'), 100)}`,
    )
  const client = ending('.cert').map((name): readonly [string, string] => [name, name.replace(/\.cert$/, '.key')])
  const lonely = client.find(([, key]) => !names.includes(key))
  if (lonely !== undefined)
    throw invalid(
      place,
      `the client certificate ${printable(lonely[0], 100)} has no key ${printable(lonely[1], 100)}; certificates of issuers end in .crt`,
    )
  return readTls({ ca: ending('.crt').map((name) => join(directory, name)), client }, directory, place, options)
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
