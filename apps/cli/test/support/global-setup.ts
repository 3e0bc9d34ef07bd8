import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type { TestProject } from 'vitest/node'
import config from '../../rolldown.config.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Holds `dist`, the command line as it is published, and what Node keeps of it compiled. */
    bundled: string
  }
}

/**
 * Bundles the command line once for all tests that start it as a process: they run what users run, and a start costs half
 * of one from source.
 */
export default async function bundle(project: TestProject): Promise<() => Promise<void>> {
  // Far from any node_modules, as it is on a user's machine.
  const directory = await mkdtemp(join(tmpdir(), 'lading-bundle-'))
  const write = async (): Promise<void> => {
    const build = await rolldown({ ...config, cwd: fileURLToPath(new URL('../..', import.meta.url)) })
    await build.write(Object.assign({}, config.output, { dir: join(directory, 'dist') }))
    await build.close()
  }
  await write()
  project.onTestsRerun(write)
  project.provide('bundled', directory)
  return () => rm(directory, { recursive: true, force: true })
}
