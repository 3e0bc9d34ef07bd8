import type { Digest } from '@lading/digest'
import type { Descriptor } from '@lading/manifest'
import { isLayoutRefName, tryParseReference } from '@lading/reference'
import { imageNameKey, refNameKey } from './annotation-keys.ts'
import type { NamedEntry } from './named-entry.ts'
import { storedName } from './stored-name.ts'

// Printable ASCII without quote and backslash: nothing in it needs a second look.
const plain = '[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*'
const escaped = (key: string): string => key.replaceAll('.', '\\.')
const entryForm =
  `\\{"mediaType":"(${plain})","digest":"(sha256:[0-9a-f]{64})","size":(0|[1-9][0-9]{0,14}),"annotations":` +
  `\\{"${escaped(imageNameKey)}":"(${plain})"(?:,"${escaped(refNameKey)}":"(${plain})")?\\}\\}`

/**
 * The names of an `index.json` that is to the letter as `formatIndexJson` writes one with nothing but plain names of ours
 * in it, which is nearly every one: matching a fixed form takes a fifth of what reading any JSON takes. Undefined: it is
 * another one, and somebody else has the word.
 *
 * @param opening what it begins with, to the bracket of its list
 */
export function readOwnForm(bytes: Uint8Array, opening: string): ReadonlyMap<string, NamedEntry> | undefined {
  // What is not ASCII is not in the form, so that a letter a byte is good enough.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  if (!text.startsWith(opening) || !text.endsWith(']}')) return undefined
  const named = new Map<string, NamedEntry>()
  const form = new RegExp(entryForm, 'y')
  const end = text.length - 2
  let before = ''
  for (let at = opening.length; at < end; at = form.lastIndex + 1) {
    form.lastIndex = at
    const found = form.exec(text)
    if (found === null || (form.lastIndex !== end && text[form.lastIndex] !== ',') || form.lastIndex === end - 1)
      return undefined
    const entry = entryOf(found)
    // In order, so that none of them comes twice.
    if (entry === undefined || entry.name <= before) return undefined
    before = entry.name
    named.set(entry.name, entry)
  }
  return named
}

function entryOf([written, mediaType = '', digest, size, name = '', refName]: RegExpExecArray): NamedEntry | undefined {
  const reference = tryParseReference(name)
  if (reference === undefined || storedName(reference) !== name) return undefined
  if (reference.digest !== undefined && reference.digest !== digest) return undefined
  if (refName !== (isLayoutRefName(name) ? name : undefined)) return undefined
  const target: Descriptor = { mediaType, digest: digest as Digest, size: Number(size) }
  return { name, reference, target, written }
}
