import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const source = fileURLToPath(new URL('victim.ts', import.meta.url))
const cache = fileURLToPath(new URL('../../node_modules/.cache/victims', import.meta.url))

let written: Promise<string> | undefined

/** The path of `victim.ts` and all that it imports in one file: most of a victim's life would be the reading of its modules. */
export const victimProgram = (): Promise<string> => (written ??= write())

async function write(): Promise<string> {
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    resolve: { conditionNames: ['@lading/source', 'node', 'import', 'default'] },
  })
  try {
    const { output } = await bundle.generate({ codeSplitting: false })
    const [{ code }] = output
    // Its name is its content's, so that other runs and the engine's kept code of it go on being right.
    const path = join(cache, `${createHash('sha256').update(code).digest('hex').slice(0, 16)}.mjs`)
    await mkdir(cache, { recursive: true })
    await writeFile(`${path}.${process.pid}`, code)
    await rename(`${path}.${process.pid}`, path)
    return path
  } finally {
    await bundle.close()
  }
}
