import { execFile } from 'node:child_process'
import { chownSync, mkdirSync, writeFileSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isRoot } from '../../../../test/support/needs.ts'
import { oneFile } from '../../../../test/support/one-file.ts'

/** Somebody who is not root, with a directory of their own: of a test that is, another user. */
export interface OrdinaryUser {
  readonly home: string
  readonly ids: { readonly uid?: number; readonly gid?: number }
  /** What it warns of, line by line. */
  unpack(archive: Uint8Array, name: string, options?: object): Promise<string>
}

/** @param folder which everybody may pass through */
export function ordinaryUser(folder: string): OrdinaryUser {
  const ids = isRoot ? { uid: 65_534, gid: 65_534 } : {}
  const home = join(folder, 'home')
  mkdirSync(home)
  chmodSync(folder, 0o711)
  if (isRoot) chownSync(home, 65_534, 65_534)
  return {
    home,
    ids,
    async unpack(archive, name, options = {}) {
      const layer = join(home, 'layer.tar')
      writeFileSync(layer, archive)
      const program = await oneFile(new URL('unpack-as-user.ts', import.meta.url))
      const args = [program, layer, join(home, name), String(ids.uid ?? ''), JSON.stringify(options)]
      return (await promisify(execFile)(process.execPath, args, { cwd: home, env: { HOME: home } })).stdout
    },
  }
}
