import type { Extras, Metadata, NameBytes, TreeNode } from '../tree/node.ts'
import { isSettable } from './settable.ts'
import type { TreeEntry } from './tree-entries.ts'

/** What could not be done for an entry, in addition to what is never done. */
export interface Lost {
  readonly all: boolean
  readonly xattrs: ReadonlySet<string>
}

/** A line with what the tree could not hold; `undefined`: it holds everything. */
export function recordLine(
  { path, node }: TreeEntry,
  { records, lost }: { readonly records: boolean; readonly lost: Lost | undefined },
): string | undefined {
  if (typeof node === 'number') return undefined
  const special = node.kind === 'special' ? node.special : undefined
  const extras = special === undefined ? (node as { readonly extras?: Extras | undefined }).extras : special.extras
  const isDevice = special !== undefined && special.type !== 'fifo'
  const all = lost?.all === true
  const xattrs = [...(extras?.xattrs ?? [])].filter(
    ([name]) => all || lost?.xattrs.has(name) === true || !isSettable(name, records),
  )
  const facts = {
    ...(isDevice ? { major: special.device?.major ?? 0, minor: special.device?.minor ?? 0 } : {}),
    ...(isDevice || (special !== undefined && all) ? { mode: special.metadata.mode } : {}),
    ...(extras?.owner ?? (isDevice ? ownerOf(special.metadata, records) : {})),
    ...(xattrs.length === 0
      ? {}
      : { xattrs: Object.fromEntries(xattrs.map(([name, value]) => [name, Buffer.from(value).toString('base64')])) }),
    ...(all && extras?.times !== undefined ? { mtime: extras.times.mtime } : {}),
  }
  if (Object.keys(facts).length === 0) return undefined
  return JSON.stringify({ ...named(path), type: typeOf(node), ...facts })
}

/** A recorded entry without an owner belongs to root. */
const ownerOf = ({ uid, gid }: Metadata, records: boolean): { readonly uid: number; readonly gid: number } =>
  records ? { uid: 0, gid: 0 } : { uid, gid }

const typeOf = (node: Exclude<TreeNode, number>): string => (node.kind === 'special' ? node.special.type : node.kind)

/** As text if it is valid UTF-8; else its bytes. */
function named(path: NameBytes): object {
  const bytes = Buffer.from(path, 'latin1')
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? { path: text } : { pathBase64: bytes.toString('base64') }
}
