import { memoryContent, wholeContent } from '../state/content.ts'
import type { Quirks } from '../quirks.ts'
import type { Trait } from './in-character.ts'

/** What registries write with JSON libraries of their own, and nobody hashes. */
export const lists: Trait = async (given, { route: { kind }, quirks }) => {
  const { emptyLists, listBytes = 0, sloppyJson } = quirks
  const list = kind === 'tags' || kind === 'catalog' || kind === 'referrers'
  const sloppy = sloppyJson !== undefined && (kind === 'token' || kind === 'tags' || kind === 'catalog')
  if (given.status !== 200 || !(sloppy || (list && (emptyLists !== undefined || listBytes > 0)))) return given
  const document = JSON.parse(Buffer.from(await wholeContent(given.body)).toString()) as Readonly<
    Record<string, unknown>
  >
  const members = Object.entries(document).flatMap(([name, value]) =>
    memberOf(name, value, list ? emptyLists : undefined),
  )
  const bytes = Buffer.from(sloppy ? sloppyText(members, sloppyJson) : `{${members.join(',')}}`, 'latin1')
  const blanks = Buffer.alloc(list ? Math.max(0, listBytes - bytes.length) : 0, ' ')
  return { ...given, body: memoryContent(Buffer.concat([bytes.subarray(0, -1), blanks, bytes.subarray(-1)])) }
}

/** As Latin-1 characters, one for each byte. */
function memberOf(name: string, value: unknown, emptyLists: Quirks['emptyLists']): readonly string[] {
  const empty = Array.isArray(value) && value.length === 0
  if (empty && emptyLists === 'absent') return []
  const text = `${JSON.stringify(name)}:${JSON.stringify(empty && emptyLists === 'null' ? null : value)}`
  return [Buffer.from(text).toString('latin1')]
}

function sloppyText(members: readonly string[], how: NonNullable<Quirks['sloppyJson']>): string {
  if (how === 'bom') return `\xef\xbb\xbf{${members.join(',')}}`
  // The last one counts to Go and JavaScript alike.
  if (how === 'member-twice')
    return `{${members.flatMap((member) => [`${/^"[^"]*"/.exec(member)?.[0]}:null`, member]).join(',')}}`
  return `{${[...members, '"description":"caf\xe9"'].join(',')}}`
}
