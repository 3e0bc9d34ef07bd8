import type { CredentialConfig, DockerProxies } from './credential-config.ts'
import { knownMembers, mapOf, parseDocument, stringOf, type Document } from './document.ts'

/**
 * Reads the text of a docker `config.json` or a containers `auth.json`. Members that it does not know are passed over; an
 * empty text says nothing, as docker reads it.
 *
 * @param place the file or variable, for errors
 * @throws CredentialError `CREDENTIALS_INVALID`, with line, column and member; never with a value
 */
export function parseConfig(
  text: string,
  place: string,
): { readonly config: CredentialConfig; readonly document: Document } {
  const document = parseDocument(text.trim() === '' ? '{}' : text, place)
  const known = knownMembers(document, document.root, '', [
    'auths',
    'credHelpers',
    'credsStore',
    'HttpHeaders',
    'proxies',
  ])
  const textAt = (node: Parameters<typeof stringOf>[1], path: string): string => stringOf(document, node, path) ?? ''
  const config: CredentialConfig = {
    place,
    auths: mapOf(document, known.auths, 'auths', (node, path) => ({ node, path })),
    credHelpers: mapOf(document, known.credHelpers, 'credHelpers', textAt),
    credsStore: stringOf(document, known.credsStore, 'credsStore') || undefined,
    httpHeaders: mapOf(document, known.HttpHeaders, 'HttpHeaders', textAt),
    proxies: mapOf(document, known.proxies, 'proxies', (node, path): DockerProxies => {
      const settings = knownMembers(document, node, path, [
        'httpProxy',
        'httpsProxy',
        'noProxy',
        'ftpProxy',
        'allProxy',
      ])
      return Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [name, stringOf(document, value, `${path}.${name}`)]),
      )
    }),
  }
  return { config, document }
}
