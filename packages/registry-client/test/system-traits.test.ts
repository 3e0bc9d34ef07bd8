import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemTraits } from '../src/hosts/system-traits.ts'

it('namesHaveColons is true of this machine', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lading-traits-'))
  try {
    // On Windows what is behind the colon names another stream of the file.
    await writeFile(join(directory, 'localhost:5000'), '').catch(() => undefined)
    expect((await readdir(directory)).includes('localhost:5000')).toBe(systemTraits().namesHaveColons)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
