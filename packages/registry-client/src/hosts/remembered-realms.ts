import { randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { printable } from '@lading/errors'
import type { AllowedRealm } from '../origin/allowed-realms.ts'
import { HostsError } from './hosts-error.ts'

/** `realms/`: a file for each registry, so that two logins at once touch different ones. */
const folderOf = (configDirectory: string): string => join(configDirectory, 'realms')
// A host has colons, and a Windows file name has none.
const fileOf = (configDirectory: string, registry: string): string =>
  join(folderOf(configDirectory), `${encodeURIComponent(registry)}.json`)

/**
 * The token servers that a person allowed at a login: what `allowRealms` of a client takes.
 *
 * @param configDirectory Lading's own: see `configDirectoryFromEnv`
 * @throws HostsError `REALMS_INVALID`
 */
export async function rememberedRealms(configDirectory: string): Promise<readonly AllowedRealm[]> {
  const folder = folderOf(configDirectory)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw unreadable(folder, error)
  })
  return Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => readRealm(join(folder, name))))
}

/** Keeps the token server that a registry may have, in place of another that was kept. */
export async function rememberRealm(configDirectory: string, { registry, realm }: AllowedRealm): Promise<void> {
  const file = fileOf(configDirectory, registry)
  await mkdir(folderOf(configDirectory), { recursive: true, mode: 0o700 })
  const beside = `${file}.${randomUUID()}`
  try {
    await writeFile(beside, `${JSON.stringify({ registry, realm })}\n`, { mode: 0o600, flag: 'wx' })
    await rename(beside, file)
  } finally {
    await rm(beside, { force: true })
  }
}

/** Forgets what was kept for a registry, if anything was. */
export const forgetRealm = (configDirectory: string, registry: string): Promise<void> =>
  rm(fileOf(configDirectory, registry), { force: true })

async function readRealm(path: string): Promise<AllowedRealm> {
  try {
    const { registry, realm } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    if (typeof registry === 'string' && typeof realm === 'string') return { registry, realm }
  } catch (cause) {
    throw unreadable(path, cause)
  }
  throw unreadable(path)
}

const unreadable = (path: string, cause?: unknown): HostsError =>
  new HostsError('REALMS_INVALID', `${printable(path)} does not say which token server a registry may have`, {
    path,
    cause,
    hint: 'remove it, and log in to the registry again',
  })
