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
    readonly globalSetup?: string[]
  }
}

const alone = '**/*.alone.test.ts'

const roots = ['packages', 'apps']
  .flatMap((group) => readdirSync(new URL(group, import.meta.url)).map((name) => `${group}/${name}`))
  .concat('fuzz', 'bench')
  .filter((root) => existsSync(new URL(`${root}/test`, import.meta.url)))

const setupOf = (root: string): string[] =>
  [fileURLToPath(new URL(`${root}/test/support/global-setup.ts`, import.meta.url))].filter((path) => existsSync(path))

/** One project per package, named as the package is, and one for its files that have a process of their own. */
function projectsOf(root: string): Project[] {
  const manifest = new URL(`${root}/package.json`, import.meta.url)
  const name = existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { name: string }).name : root
  const project = { extends: true as const, root: `./${root}` }
  const include = ['test/**/*.test.ts']
  const shared: Project = { ...project, test: { name, include, exclude: [alone], globalSetup: setupOf(root) } }
  const files = readdirSync(new URL(`${root}/test`, import.meta.url), { recursive: true, encoding: 'utf8' })
  const tests = files.filter((file) => file.endsWith('.test.ts'))
  const own = tests.filter((file) => file.endsWith('.alone.test.ts'))
  const apart: Project = { ...project, test: { name: `${name}:alone`, include: [`test/${alone}`], isolate: true } }
  return [...(own.length < tests.length ? [shared] : []), ...(own.length > 0 ? [apart] : [])]
}

/** All packages as one, so that the same few processes run them all. */
function whole(): Project[] {
  const project = { extends: true as const, root: '.' }
  const include = roots.map((root) => `${root}/test/**/*.test.ts`)
  return [
    { ...project, test: { name: 'shared', include, exclude: [alone], globalSetup: roots.flatMap(setupOf) } },
    { ...project, test: { name: 'alone', include: roots.map((root) => `${root}/test/${alone}`), isolate: true } },
  ]
}

// Most of a short file's time is the start of a process and the reading of modules, so files share processes, and in the
// whole run packages do. What changes or measures its process is named `*.alone.test.ts`, and has one of its own.
// `--project @lading/x` works from anywhere, and runs one package without the others.
const projects = process.argv.some((word) => word.startsWith('--project')) ? roots.flatMap(projectsOf) : whole()

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
    // Node reads TypeScript itself, and keeps what it compiled. Vite's work on the modules, and its calls between them, were a
    // fifth of a run; what it would be needed for (mocks of modules) we do not use.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    runner: fileURLToPath(new URL('test/support/runner.ts', import.meta.url)),
    setupFiles: [fileURLToPath(new URL('test/support/setup.ts', import.meta.url))],
    testTimeout: atScale(30_000, 180_000),
    hookTimeout: 60_000,
    reporters: ['default', './scripts/slowest-files-reporter.ts', './scripts/closing-line-reporter.ts'],
  },
})
