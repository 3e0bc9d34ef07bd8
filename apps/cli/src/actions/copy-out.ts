import { constants } from 'node:fs'
import { chmod, link, lstat, mkdir, mkdtemp, open, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { AbortOptions } from '@lading/clock'
import { fileSystemTraits } from '@lading/content-store'
import { isLadingError, printable } from '@lading/errors'
import type { Image, ImageContent } from '@lading/image'
import { CliError } from '../cli-error.ts'
import { isNameOnWindows } from '../text/name-on-windows.ts'
import { putNew, removeMade } from './put-new.ts'

interface CopyOutOptions extends AbortOptions {
  /** Must be there. */
  readonly directory: string
  readonly warn: (text: string) => void
}

type Place = (name: Uint8Array) => Buffer

/**
 * Copies a file or a directory of an image into a directory, under its last name (the root as `root`); as the user's own, without
 * owners, devices and the bits for setuid. It is made in a directory of its own, which nobody else may enter and where every file is
 * new, so that no link leads out of it; what is whole is then renamed. What is there already stays.
 *
 * @returns where it is
 * @throws CliError `USAGE` where something is there already, `OUTPUT_FAILED` for what the file system refuses; what the image throws
 */
export async function copyOut(
  image: Image,
  path: string,
  { directory, signal, warn }: CopyOutOptions,
): Promise<string> {
  const from = (await image.stat(path, { signal }))?.name ?? new Uint8Array()
  const start = from.lastIndexOf(0x2f) + 1
  const name = from.length === 0 ? Buffer.from('root') : Buffer.from(from.subarray(start))
  const target = Buffer.concat([Buffer.from(directory), Buffer.from('/'), name])
  let made: string | undefined
  try {
    if (await isThere(target)) throw taken(target, directory)
    made = await mkdtemp(join(directory, '.lading-cp-'))
    const top = Buffer.from(from.length === 0 ? `${made}/root/` : `${made}/`)
    const place: Place = (each) => Buffer.concat([top, nameHere(each.subarray(start))])
    const left = await makeAll(image.contents(path, { signal }), place)
    if (left > 0 && !(await isThere(Buffer.concat([Buffer.from(`${made}/`), name]))))
      throw new CliError('USAGE', `${printable(path, 200)} is a device or a pipe, which cannot be copied`, {
        hint: 'write it as an archive: lading cp REFERENCE:/PATH -',
      })
    await putNew(Buffer.concat([Buffer.from(`${made}/`), name]), target)
    if (left > 0) warn(`${left} devices and pipes were left out`)
    return printable(target.toString(), 4096)
  } catch (error) {
    if (!(error instanceof Error) || isLadingError(error) || !('syscall' in error)) throw error
    // Somebody else was there first.
    if (others.has((error as NodeJS.ErrnoException).code)) throw taken(target, directory)
    throw new CliError('OUTPUT_FAILED', error.message, {
      path: directory,
      cause: error,
      hint: 'choose a directory that you can write to',
    })
  } finally {
    if (made !== undefined) await removeMade(made)
  }
}

/** @returns how many were left out */
async function makeAll(contents: AsyncIterable<ImageContent>, place: Place): Promise<number> {
  const modes: { readonly at: Buffer; readonly mode: number }[] = []
  let left = 0
  for await (const content of contents) {
    if (content.type === 'directory') modes.push({ at: place(content.name), mode: content.mode & 0o777 })
    if (!(await make(content, place))) left++
  }
  // A directory that may not be written to is filled first.
  for (const { at, mode } of modes.toReversed()) await chmod(at, mode)
  return left
}

async function make(content: ImageContent, place: Place): Promise<boolean> {
  const at = place(content.name)
  // A hard link to a symbolic link is made anew: some systems would link what it leads to, which is outside.
  if (content.linkTo !== undefined && content.type !== 'symlink') await link(place(content.linkTo), at)
  else if (content.type === 'directory') await mkdir(at, 0o700)
  else if (content.type === 'symlink') await symlink(Buffer.from(content.linkName ?? []), at)
  else if (content.type === 'file') await makeFile(content, at)
  else return false
  return true
}

async function makeFile({ body, mode, mtime }: ImageContent, at: Buffer): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const file = await open(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    for await (const chunk of body ?? []) await file.writeFile(chunk)
    await file.chmod(mode & 0o777)
    await file.utimes(mtime.seconds, mtime.seconds)
  } finally {
    await file.close()
  }
}

function nameHere(name: Uint8Array): Uint8Array {
  if (fileSystemTraits().takesAnyName) return name
  const text = Buffer.from(name).toString()
  if (text.split('/').every((part) => part === '' || isNameOnWindows(part))) return name
  throw new CliError('USAGE', `"${printable(text, 200)}" is not a valid name on Windows`, {
    hint: 'write it as an archive: lading cp REFERENCE:/PATH -',
  })
}

const others: ReadonlySet<string | undefined> = new Set(['EEXIST', 'ENOTEMPTY'])

const taken = (target: Buffer, directory: string): CliError =>
  new CliError('USAGE', `${printable(target.toString(), 300)} exists already`, {
    hint: `files are not replaced: remove it, or choose another directory than ${printable(directory, 200)}`,
  })

async function isThere(target: Buffer): Promise<boolean> {
  const there = await lstat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  return there !== undefined
}
