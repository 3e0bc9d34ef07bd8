import { printable } from '@lading/errors'
import { CredentialError } from '../credential-error.ts'
import { shownKey } from '../host.ts'
import { parseJson, type JsonNode } from '../json/parse-json.ts'

/** A JSON document of somebody else's, read with errors that name place and member and never a value. */
export interface Document {
  readonly place: string
  readonly root: JsonNode
  /** @throws CredentialError `CREDENTIALS_INVALID` */
  fail(offset: number, why: string): never
}

/** @throws CredentialError `CREDENTIALS_INVALID` */
export function parseDocument(text: string, place: string): Document {
  const fail = (offset: number, why: string): never => {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - before.lastIndexOf('\n')
    throw new CredentialError('CREDENTIALS_INVALID', `${printable(place)}, line ${line}, column ${column}: ${why}`, {
      path: place,
      offset,
      hint: 'correct the file, or move it away and log in again',
    })
  }
  return { place, root: parseJson(text, fail), fail }
}

/**
 * The members that a structure knows, found as docker finds them: whatever their case. Two that differ in case only are
 * refused, for another reader may take the other one.
 */
export function knownMembers<Name extends string>(
  document: Document,
  node: JsonNode,
  path: string,
  names: readonly Name[],
): Partial<Record<Name, JsonNode>> {
  const found: Partial<Record<Name, JsonNode>> = {}
  if (isNull(node)) return found
  if (node.kind !== 'object')
    return document.fail(node.start, `${path === '' ? 'the document' : path} should be an object`)
  for (const member of node.members) {
    const name = names.find((each) => each === member.key || each.toLowerCase() === member.key.toLowerCase())
    if (name === undefined || isNull(member.value)) continue
    if (found[name] !== undefined) document.fail(member.start, `${path}.${name} is there twice`)
    found[name] = member.value
  }
  return found
}

export function stringOf(document: Document, node: JsonNode | undefined, path: string): string | undefined {
  if (node === undefined || isNull(node)) return undefined
  return node.kind === 'string' ? node.value : document.fail(node.start, `${path} should be a string`)
}

/** An object as a map, which has no prototype that a key could name. */
export function mapOf<Value>(
  document: Document,
  node: JsonNode | undefined,
  path: string,
  decode: (value: JsonNode, path: string) => Value,
): Map<string, Value> {
  if (node === undefined || isNull(node)) return new Map()
  if (node.kind !== 'object') return document.fail(node.start, `${path} should be an object`)
  return new Map(node.members.map(({ key, value }) => [key, decode(value, `${path}["${shownKey(key)}"]`)]))
}

export const isNull = (node: JsonNode): boolean => node.kind === 'literal' && node.isNull
