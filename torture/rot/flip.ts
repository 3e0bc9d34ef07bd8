import { chmod, readFile, writeFile } from 'node:fs/promises'
import type { Random } from '../../fuzz/random.ts'

/** Turns one bit of a file over, in its place. */
export async function flipOneBit(path: string, random: Random): Promise<void> {
  const bytes = await readFile(path)
  const at = random.below(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
  await chmod(path, 0o600)
  await writeFile(path, bytes)
}
