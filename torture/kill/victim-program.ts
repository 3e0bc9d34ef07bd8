import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown, type Plugin } from 'rolldown'
import { plantedSource } from '../planted/planted-source.ts'

const source = fileURLToPath(new URL('victim.ts', import.meta.url))
const cache = fileURLToPath(new URL('../../node_modules/.cache/victims', import.meta.url))

/** A victim has the bug that is planted in its parent, too. */
const planted: Plugin = {
  name: 'planted',
  transform: (code, id) => plantedSource(pathToFileURL(id).href, () => code) ?? null,
}

let written: Promise<string> | undefined

/** The path of `victim.ts` and all that it imports in one file: most of a victim's life would be the reading of its modules. */
export const victimProgram = (): Promise<string> => (written ??= write())

async function write(): Promise<string> {
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    plugins: [planted],
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
