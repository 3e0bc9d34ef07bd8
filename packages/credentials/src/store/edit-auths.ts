import { isNull, parseDocument } from '../config/document.ts'
import { removeMember, setMember } from '../json/edit-json.ts'
import type { Fail, JsonNode } from '../json/parse-json.ts'

/**
 * The text of a configuration with this entry under this key; every other member as it is written.
 *
 * @throws CredentialError `CREDENTIALS_INVALID`
 */
export function setEntry(text: string, key: string, entry: Readonly<Record<string, string>>, file: string): string {
  return setMember(text, [spellingOf(text, file), key], entry, failIn(text, file))
}

/** The text without the entry, if there is one. @throws CredentialError `CREDENTIALS_INVALID` */
export function removeEntry(text: string, key: string, file: string): string {
  return removeMember(text, [spellingOf(text, file), key], failIn(text, file))
}

/** `auths` as this file spells it: docker does not look at the case, and would find two of them. Of several, the one that is not null. */
function spellingOf(text: string, file: string): string {
  const root: JsonNode | undefined = text.trim() === '' ? undefined : parseDocument(text, file).root
  const spelled = root?.kind === 'object' ? root.members.filter(({ key }) => key.toLowerCase() === 'auths') : []
  return (spelled.find(({ value }) => !isNull(value)) ?? spelled[0])?.key ?? 'auths'
}

const failIn =
  (text: string, file: string): Fail =>
  (offset, why) =>
    parseDocument(text, file).fail(offset, why)
