import { fileSystemTraits } from '@lading/content-store'
import { chmod, link, lstat, mkdir, readdir, readlink, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises'

/** Where the file system has no hard links, or not for such a file. */
const linkless: ReadonlySet<unknown> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EXDEV',
])

/**
 * Gives a finished file, link or directory of ours its name, which nobody has: whoever came first keeps it, and nothing is
 * replaced, as `rename` alone would.
 *
 * @throws the system's error, with `EEXIST`, `ENOTEMPTY` or `ENOTDIR` where there is something
 */
export async function putNew(made: Buffer, target: Buffer): Promise<void> {
  const stat = await lstat(made)
  if (stat.isDirectory()) await putDirectory(made, target, stat.mode & 0o777)
  // Some systems would link what it leads to.
  else if (stat.isSymbolicLink()) await symlink(await readlink(made, { encoding: 'buffer' }), target)
  else await putFile(made, target)
}

/**
 * An empty directory of ours is there first; `rename` replaces that, and no other that has something in it. What changes its
 * parent has to be writable (rename(2), `EACCES`).
 */
async function putDirectory(made: Buffer, target: Buffer, mode: number): Promise<void> {
  if (!fileSystemTraits().replacesEmptyDirectories) return rename(made, target)
  await mkdir(target, 0o700)
  try {
    await chmod(made, mode | 0o700)
    await rename(made, target)
  } catch (error) {
    await rmdir(target).catch(() => {})
    throw error
  }
  await chmod(target, mode)
}

async function putFile(made: Buffer, target: Buffer): Promise<void> {
  try {
    await link(made, target)
  } catch (error) {
    if (!linkless.has((error as { code?: unknown }).code)) throw error
    await writeFile(target, '', { flag: 'wx' })
    await rename(made, target)
  }
}

/** A directory of ours with all that is in it, whatever modes the image gave that. */
export async function removeMade(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true })
  } catch {
    await openUp(Buffer.from(directory))
    await rm(directory, { recursive: true, force: true })
  }
}

async function openUp(directory: Buffer): Promise<void> {
  await chmod(directory, 0o700)
  for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' }))
    if (entry.isDirectory()) await openUp(Buffer.concat([directory, Buffer.from('/'), entry.name]))
}
