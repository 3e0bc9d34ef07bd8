import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DirectoryNode, DiskNode, DiskStep, FileNode } from './disk-log.ts'
import type { RecordingFileSystem } from './recording-file-system.ts'

const sector = 512

export interface PowerCut {
  /** How many steps of the log had been done. */
  readonly at: number
  /** Decides what was on the disk of all that nobody had synced: a number in [0, 1), as `Math.random`. */
  readonly random: () => number
}

/**
 * Writes to `target` what a disk may hold after a power cut: everything that was synced, and of everything else any
 * part. Of a file, writes may be missing, whole or torn at a sector, and lengths may be old; of a directory, entries
 * may be missing or still there. Only what one system call did to entries is there as a whole or not at all.
 *
 * That is more than journaling file systems lose, and as much as POSIX allows.
 */
export async function afterPowerCut(
  { root, log }: Pick<RecordingFileSystem, 'root' | 'log'>,
  target: string,
  { at, random }: PowerCut,
): Promise<void> {
  const done = log.slice(0, at)
  // Few and many losses, and each kind alone: a fair coin for each step would seldom lose exactly one.
  const loss = pick([0, 0.1, 0.5, 0.9, 1], random)
  const survives = (): boolean => random() >= loss

  const entries = new Map<DirectoryNode, Map<string, DiskNode>>()
  const entriesOf = (directory: DirectoryNode): Map<string, DiskNode> => {
    const known = entries.get(directory) ?? new Map(directory.before)
    entries.set(directory, known)
    return known
  }
  const coveredOf = new Map<DirectoryNode, number>()
  for (const step of done)
    if (step.kind === 'sync-directory')
      coveredOf.set(step.directory, Math.max(step.covers, coveredOf.get(step.directory) ?? 0))
  for (const [index, step] of done.entries()) {
    if (step.kind !== 'entries') continue
    const synced = step.changes.some(({ directory }) => index < (coveredOf.get(directory) ?? 0))
    if (!synced && !survives()) continue
    for (const { directory, name, node } of step.changes) {
      if (node === undefined) entriesOf(directory).delete(name)
      else entriesOf(directory).set(name, node)
    }
  }

  const write = async (node: DiskNode, path: string): Promise<void> => {
    if (node.kind === 'file') {
      await writeFile(path, contentOf(node, done, survives, random))
      return
    }
    await mkdir(path)
    for (const [name, child] of entriesOf(node)) await write(child, join(path, name))
  }
  await write(root, target)
}

function contentOf(
  file: FileNode,
  done: readonly DiskStep[],
  survives: () => boolean,
  random: () => number,
): Uint8Array {
  const covered = Math.max(0, ...done.map((step) => (step.kind === 'sync' && step.file === file ? step.covers : 0)))
  let content: Buffer = Buffer.from(file.before)
  for (const [index, step] of done.entries()) {
    if ((step.kind !== 'write' && step.kind !== 'truncate') || step.file !== file) continue
    const synced = index < covered
    if (!synced && !survives()) continue
    if (step.kind === 'truncate') {
      content = resized(content, step.size)
      continue
    }
    const torn = !synced && random() < 0.3
    const bytes = torn
      ? step.bytes.subarray(0, Math.floor((random() * step.bytes.length) / sector) * sector)
      : step.bytes
    // The length may be there before the bytes are.
    const end = step.position + (torn && random() < 0.5 ? step.bytes.length : bytes.length)
    content = resized(content, Math.max(content.length, end))
    content.set(bytes, step.position)
  }
  return content
}

function resized(content: Buffer, size: number): Buffer {
  if (size <= content.length) return Buffer.from(content.subarray(0, size))
  return Buffer.concat([content, Buffer.alloc(size - content.length)])
}

function pick<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)] as T
}
