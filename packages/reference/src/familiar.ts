import { cursorOn } from './cursor.ts'
import { defaultDomain, officialPrefix } from './docker-hub.ts'
import { joinName, nameOf, type Reference } from './reference.ts'
import { isIdentifier, startsWithDomain } from './scan-reference.ts'

/**
 * The name as docker users write it: without `docker.io/`, and without `library/` before a single component. Where the short
 * form would be read as something else (`docker.io/example.com/app`, 64 hexadecimal digits), the longer one is kept, so that
 * parsing a familiar name always gives the same repository.
 */
export function familiarName(reference: Reference): string {
  const { domain, path } = reference
  if (domain !== defaultDomain) return nameOf(reference)
  const short = path.slice(officialPrefix.length)
  if (path.startsWith(officialPrefix) && !short.includes('/')) return isIdentifier(cursorOn(short)) ? path : short
  return startsWithDomain(cursorOn(path)) ? nameOf(reference) : path
}

/** The familiar name with tag and digest: `alpine:3.20`. */
export function familiarString(reference: Reference): string {
  return joinName(familiarName(reference), reference)
}

/** Whether no registry may be asked for this name: `scratch` stands for "no base image". */
export function isReserved(reference: Reference): boolean {
  return familiarName(reference) === 'scratch'
}
