import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown, type Plugin } from 'rolldown'

const cache = fileURLToPath(new URL('../../node_modules/.cache/one-file', import.meta.url))

/** What makes Node keep what it compiled of programs, for `env`: half of the rest of a start. */
export const compiled: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)),
}

const made = new Map<string, Promise<string>>()

/**
 * A program in TypeScript and all that it imports as one file in JavaScript, for tests that start it again and again: most of
 * a short process's life is the reading of its modules.
 *
 * @returns its path
 */
export function oneFile(program: URL, plugins: readonly Plugin[] = []): Promise<string> {
  const known = made.get(program.href) ?? write(fileURLToPath(program), plugins)
  made.set(program.href, known)
  return known
}

async function write(input: string, plugins: readonly Plugin[]): Promise<string> {
  const conditionNames = ['@lading/source', 'node', 'import', 'default']
  const bundle = await rolldown({
    input,
    platform: 'node',
    plugins: [...plugins],
    resolve: { conditionNames },
    // Nobody imports it.
    preserveEntrySignatures: false,
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
