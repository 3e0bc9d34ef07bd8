import { randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { printable } from '@lading/errors'
import type { AllowedRealm } from '@lading/registry-client'
import { CliError } from '../cli-error.ts'

/** `$XDG_CONFIG_HOME/lading/realms/`: a file for each registry, so that two logins at once touch different ones. */
const folderOf = (configDirectory: string): string => join(configDirectory, 'realms')
// A host has colons, and a Windows file name has none.
const fileOf = (configDirectory: string, registry: string): string =>
  join(folderOf(configDirectory), `${encodeURIComponent(registry)}.json`)

/**
 * The token servers that a person allowed at a login.
 *
 * @throws CliError `REALMS_INVALID`
 */
export async function rememberedRealms(configDirectory: string): Promise<readonly AllowedRealm[]> {
  const folder = folderOf(configDirectory)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw unreadable(folder, error)
  })
  return Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => readRealm(join(folder, name))))
}

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

const unreadable = (path: string, cause?: unknown): CliError =>
  new CliError('REALMS_INVALID', `${printable(path)} does not say which token server a registry may have`, {
    path,
    cause,
    hint: 'remove it, and log in to the registry again',
  })
