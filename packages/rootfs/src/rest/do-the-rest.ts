import { closeSync, constants, openSync } from 'node:fs'
import { printable } from '@lading/errors'
import { at } from '../descriptors/at.ts'
import { plainSystemError } from '../system-error.ts'
import { RootfsError } from '../rootfs-error.ts'
import { latin1 } from '../tree/latin1.ts'
import type { DirectoryNode, NameBytes, TreeNode } from '../tree/node.ts'
import { writeAll } from '../descriptors/write-all.ts'
import { createOrders, type OrderOptions } from './order.ts'
import { recordLine, type Lost } from './record-lines.ts'
import { runHelper, type Undone } from './run-helper.ts'
import { treeEntries } from './tree-entries.ts'

/** What came of it. */
export interface Rest {
  /** Whether times of directories with nanoseconds are set already. */
  readonly timesSet: boolean
  /** What the tree could not hold of the layers, one line for each entry. */
  readonly lines: () => Iterable<string>
  readonly warnings: readonly UnpackWarning[]
}

/** What a user should know. `message` is a sentence without its full stop, safe to print. */
export interface UnpackWarning {
  /**
   * `DEVICES`: they are recorded, not created. `XATTRS`: some cannot be set here. `HELPER`: there is no Python, so more is
   * recorded. `BUNDLE`: something of the image is not in `config.json`.
   */
  readonly code: 'DEVICES' | 'XATTRS' | 'HELPER' | 'BUNDLE'
  readonly message: string
}

const none: Ordered = { path: '', isDevice: false, linkTo: undefined }
const name = 'orders'
const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW
/** If a file system does not support an attribute, or not for us, or not so many, that is not a failure: they are recorded. */
const unable = new Set([
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
  'EACCES',
  'EINVAL',
  'ERANGE',
  'E2BIG',
  'ENAMETOOLONG',
  'ENOSPC',
])

/** What an order was about. */
interface Ordered {
  readonly path: NameBytes
  readonly isDevice: boolean
  /** Of a further name: the one that is made. */
  readonly linkTo: NameBytes | undefined
}

/**
 * Does what Node has no call for with a program of the host, in one go when all files are there; returns what is not done, as
 * lines for the record beside the tree.
 *
 * @throws RootfsError
 */
export function doTheRest(
  tree: DirectoryNode,
  { root, temporary }: { readonly root: number; readonly temporary: number },
  options: OrderOptions,
): Rest {
  const ordered: Ordered[] = []
  const undone = carryOut()
  const lost = new Map<string, Lost>()
  const failed = new Map<string, string>()
  let refused = 0
  for (const { order, what, error } of undone ?? []) {
    const { path, isDevice: ofDevice, linkTo } = ordered[order] ?? none
    const isXattr = what.startsWith('xattr ')
    const isMade = what === 'make' || what === 'link'
    // A further name of a file that could not be created.
    const isOfLost = what === 'link' && error === 'ENOENT' && linkTo !== undefined && lost.get(linkTo)?.all === true
    const tolerable = isXattr ? unable.has(error) : isOfLost || (what === 'make' && error === 'EPERM')
    if (!tolerable) throw notDone(path, what, error)
    if (isMade) lost.set(path, { all: true, xattrs: new Set() })
    if (isMade && ofDevice) {
      refused++
      continue
    }
    if (isXattr) lost.set(path, { all: false, xattrs: new Set([...(lost.get(path)?.xattrs ?? []), what.slice(6)]) })
    if (what !== 'xattr user.rootlesscontainers') failed.set(isXattr ? what.slice(6) : shown(path), error)
  }

  function carryOut(): readonly Undone[] | undefined {
    let descriptor: number | undefined
    try {
      const orders = createOrders(options)
      let batch = ''
      for (const entry of treeEntries(tree)) {
        const order = orders(entry)
        if (order === undefined) continue
        descriptor ??= openSync(at(temporary, name), flags, 0o600)
        const linkTo = order.link === undefined ? undefined : latin1(Buffer.from(order.link, 'base64'))
        ordered.push({ path: entry.path, isDevice: isDevice(entry.node), linkTo })
        batch += `${JSON.stringify(order)}\n`
        if (batch.length < 64 * 1024) continue
        writeAll(descriptor, Buffer.from(batch), null)
        batch = ''
      }
      if (descriptor === undefined) return []
      writeAll(descriptor, Buffer.from(batch), null)
      closeSync(descriptor)
      descriptor = openSync(at(temporary, name), constants.O_RDONLY | constants.O_NOFOLLOW)
      return runHelper(descriptor, root)
    } catch (error) {
      throw plainSystemError(error, shown(name))
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  }

  const all: Lost | undefined = undone === undefined ? { all: true, xattrs: new Set() } : undefined
  const warnings: UnpackWarning[] = []
  if (undone === undefined)
    warnings.push({
      code: 'HELPER',
      message: `python3 was not found, which is needed to set what Node.js cannot: for ${ordered.length} files, times are set in microseconds, and extended attributes and fifos are only recorded beside the tree`,
    })
  if (failed.size > 0)
    warnings.push({
      code: 'XATTRS',
      message: `this file system or this user does not allow to set everything; the rest is recorded beside the tree: ${someOf(failed)}`,
    })
  const devices = options.devices && undone !== undefined ? refused : countDevices(tree)
  const why = options.devices
    ? undone === undefined
      ? 'creating them needs python3'
      : 'creating them needs CAP_MKNOD, which root of the host has, but root of a container or of a user namespace usually does not'
    : 'use --devices to create them'
  if (devices > 0)
    warnings.push({
      code: 'DEVICES',
      message: `${devices === 1 ? 'a device is' : `${devices} devices are`} recorded beside the tree, and not created: ${why}`,
    })
  return {
    timesSet: undone !== undefined,
    lines: function* lines() {
      for (const entry of treeEntries(tree)) {
        const line = recordLine(entry, { records: options.records, lost: all ?? lost.get(entry.path) })
        if (line !== undefined) yield line
      }
    },
    warnings,
  }
}

/** An image may have millions: no more than a person reads. */
const mostNamed = 5

function someOf(failed: ReadonlyMap<string, string>): string {
  const named = [...failed].slice(0, mostNamed).map(([what, error]) => `${printable(what, 100)} (${error})`)
  return failed.size > mostNamed ? `${named.join(', ')} and ${failed.size - mostNamed} more` : named.join(', ')
}

function countDevices(tree: DirectoryNode): number {
  let count = 0
  for (const { node } of treeEntries(tree)) if (isDevice(node)) count++
  return count
}

const isDevice = (node: TreeNode): boolean =>
  typeof node === 'object' && node.kind === 'special' && node.special.type !== 'fifo'

const shown = (path: string): string => printable(Buffer.from(path, 'latin1').toString('utf8'))

const notDone = (path: string, what: string, error: string): RootfsError =>
  new RootfsError(
    error === 'ENOSPC' || error === 'EDQUOT' ? 'UNPACK_NO_SPACE' : 'UNPACK_FAILED',
    `${shown(path)}: ${printable(what, 100)} failed with ${error}`,
    {
      path: shown(path),
      hint: 'choose a directory on another file system',
    },
  )
