import { open } from 'node:fs/promises'
import { printable } from '@lading/errors'
import { FrontError } from '../front-error.ts'
import { parseHtpasswd, type Users } from './parse-htpasswd.ts'

/** In bytes: ten thousand users and more. */
const mostBytes = 1024 * 1024

/** @throws FrontError `HTPASSWD_UNREADABLE`, `HTPASSWD_INVALID` */
export async function readHtpasswd(path: string): Promise<Users> {
  let text: string
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      if (size > mostBytes) throw new Error(`it has ${size} bytes, more than ${mostBytes}`)
      text = new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile())
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new FrontError('HTPASSWD_UNREADABLE', `${printable(path)} cannot be read: ${(cause as Error).message}`, {
      path,
      cause,
      hint: 'name a file that htpasswd -B has written',
    })
  }
  const users = parseHtpasswd(text, path)
  if (users.size === 0)
    throw new FrontError('HTPASSWD_INVALID', `${printable(path)} has no user, so nobody could log in`, {
      path,
      hint: 'add one with: htpasswd -B FILE USER',
    })
  return users
}
