import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { atScale } from './test/support/scale.ts'

interface Project {
  readonly extends: true
  readonly root: string
  readonly test: {
    readonly name: string
    readonly include: string[]
    readonly exclude?: string[]
    readonly isolate?: true
    readonly globalSetup?: string
  }
}

const alone = 'test/**/*.alone.test.ts'

/**
 * One project per package, found by its package.json, so that `--project @lading/x` works from anywhere. A third of the
 * whole run would be the start of a process for each file, so files share one. What changes or measures its process is
 * named `*.alone.test.ts`, and has one of its own in a second project of the package, `@lading/x:alone`.
 */
function projectsOf(root: string): Project[] {
  const { name } = JSON.parse(readFileSync(new URL(`${root}/package.json`, import.meta.url), 'utf8')) as {
    name: string
  }
  const project = { extends: true as const, root: `./${root}` }
  const setup = fileURLToPath(new URL(`${root}/test/support/global-setup.ts`, import.meta.url))
  const shared: Project = {
    ...project,
    test: {
      name,
      include: ['test/**/*.test.ts'],
      exclude: [alone],
      ...(existsSync(setup) ? { globalSetup: setup } : {}),
    },
  }
  const files = readdirSync(new URL(`${root}/test`, import.meta.url))
  if (!files.some((file) => file.endsWith('.alone.test.ts'))) return [shared]
  return [shared, { ...project, test: { name: `${name}:alone`, include: [alone], isolate: true } }]
}

const packages = ['packages', 'apps'].flatMap((group) =>
  readdirSync(new URL(group, import.meta.url))
    .map((name) => `${group}/${name}`)
    .filter((root) => existsSync(new URL(`${root}/test`, import.meta.url)))
    .flatMap(projectsOf),
)

const projects = [
  ...packages,
  ...['fuzz', 'bench'].map((name) => ({
    extends: true as const,
    root: `./${name}`,
    test: { name, include: ['test/**/*.test.ts'] },
  })),
]

const condition = '@lading/source'

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition, 'node', 'module-sync', 'import', 'default'] } },
  test: {
    projects,
    // A quarter of the ordinary run waits: for clocks, programs and disks. Another file goes on meanwhile. The enlarged
    // run computes most of the time.
    maxWorkers: Math.ceil(availableParallelism() * atScale(1.5, 1)),
    execArgv: [`--conditions=${condition}`],
    env: {
      // Half of what a short process costs is the reading of its TypeScript; tests start some hundreds of them.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)),
      // Whoever runs the tests is logged in somewhere, or may not read where logins are kept; skopeo and podman are not.
      REGISTRY_AUTH_FILE: fileURLToPath(new URL('test/support/no-logins.json', import.meta.url)),
    },
    isolate: false,
    setupFiles: [fileURLToPath(new URL('test/support/setup.ts', import.meta.url))],
    testTimeout: atScale(30_000, 180_000),
    hookTimeout: 60_000,
    reporters: ['default', './scripts/closing-line-reporter.ts'],
  },
})
