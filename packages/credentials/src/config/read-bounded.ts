import type { AbortOptions } from '@lading/clock'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { printable } from '@lading/errors'
import { CredentialError } from '../credential-error.ts'

/** No honest file of credentials is larger. */
const mostBytes = 1024 * 1024

export interface ReadText {
  readonly text: string
  /** Permission bits. */
  readonly mode: number
}

/**
 * A small text file of the user's; `undefined` when there is none.
 *
 * @throws CredentialError `CREDENTIALS_TOO_LARGE` above 1 MiB, `CREDENTIALS_UNREADABLE`, `CREDENTIALS_INVALID` when it is not UTF-8
 */
export async function readBounded(path: string, { signal }: AbortOptions = {}): Promise<ReadText | undefined> {
  signal?.throwIfAborted()
  const unreadable = (cause: unknown): CredentialError =>
    new CredentialError('CREDENTIALS_UNREADABLE', `cannot read ${printable(path)}: ${codeOf(cause)}`, {
      path,
      cause,
      hint: 'make it readable for this user',
    })
  const file = await openRegular(path).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined
    throw unreadable(cause)
  })
  if (file === undefined) return undefined
  try {
    const { mode, size } = await file.stat()
    const bytes = new Uint8Array(Math.min(size, mostBytes) + 1)
    let filled = 0
    for (let read = -1; read !== 0 && filled < bytes.length; filled += read)
      read = (await file.read(bytes, filled, bytes.length - filled)).bytesRead
    if (size > mostBytes || filled > mostBytes)
      throw new CredentialError('CREDENTIALS_TOO_LARGE', `${printable(path)} is larger than ${mostBytes} bytes`, {
        path,
        expected: mostBytes,
        actual: size,
        hint: 'this is not a file with credentials',
      })
    signal?.throwIfAborted()
    return { text: decode(bytes.subarray(0, filled), path), mode: mode & 0o777 }
  } catch (cause) {
    signal?.throwIfAborted()
    throw cause instanceof CredentialError ? cause : unreadable(cause)
  } finally {
    await file.close()
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  // Or a pipe would wait for a writer. Windows does not have the flag.
  const file = await open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0))
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw Object.assign(new Error('not a regular file'), { code: 'EISDIR' })
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new CredentialError('CREDENTIALS_INVALID', `${printable(path)} is not UTF-8 text`, {
      path,
      cause,
      hint: 'correct the file, or move it away and log in again',
    })
  }
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'unknown error'
