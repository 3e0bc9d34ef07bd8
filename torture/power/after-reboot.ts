import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** No process has it: above the largest pid of Linux. */
const nobody = 2 ** 22 + 1

/**
 * What a restarted machine would see of the same files: processes that wrote them are gone, and what a journal says of
 * its boot is of an earlier one. Owner files that the power cut left empty or in part go, since whose process is gone
 * is then told by silence alone, and none passes here.
 */
export async function afterReboot(root: string): Promise<void> {
  const own = join(root, 'lading')
  for (const entry of await readdir(own, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    if (entry.name === 'journal') await ofAnotherBoot(path)
    else if (/^(lock|owner)|^[0-9a-f]{16}$/.test(entry.name)) await ofNobody(path)
  }
}

async function ofNobody(path: string): Promise<void> {
  const [first = '', ...rest] = (await readFile(path, 'utf8')).split('\n')
  if (rest.length === 0) return rm(path)
  await writeFile(path, [first.replace(/^\{"pid":\d+/, `{"pid":${nobody}`), ...rest].join('\n'))
}

async function ofAnotherBoot(path: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace(/"boot":"[^"]*"/, '"boot":"an earlier one"'))
}
