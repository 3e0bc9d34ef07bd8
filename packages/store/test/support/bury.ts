import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** No process has it: above the largest pid of Linux. */
const nobody = 2 ** 22 + 1

/** Makes the locks and leases under a root those of a process that is gone, as they are after a `kill -9`; cut off ones go. */
export async function bury(root: string): Promise<void> {
  for (const directory of ['lading', 'lading/leases']) {
    for (const entry of await readdir(join(root, directory), { withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile()) continue
      const path = join(root, directory, entry.name)
      const [first = '', ...rest] = (await readFile(path, 'utf8')).split('\n')
      if (/^\0*$/.test(first) && /^lock|^[0-9a-f]{16}$/.test(entry.name)) await rm(path)
      if (first.startsWith('{"pid":'))
        await writeFile(path, [first.replace(/^\{"pid":\d+/, `{"pid":${nobody}`), ...rest].join('\n'))
    }
  }
}
