import type { Secrets } from './secrets.ts'

/** Whatever they hold, these headers are secrets. */
const carriers = ['authorization', 'proxy-authorization']

/** Where a request's head carries a secret. */
export function sightings(
  path: string,
  headers: Readonly<Record<string, string>>,
  secrets: Secrets,
): readonly string[] {
  const inHeaders = Object.entries(headers).filter(([name, value]) => carriers.includes(name) || secrets.foundIn(value))
  return [...inHeaders.map(([name]) => `${name} header`), ...(secrets.foundIn(path) ? ['path'] : [])]
}
