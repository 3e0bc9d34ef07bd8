import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// One project per package, found by its package.json, so that `--project @lading/x` works from anywhere; and the fuzz targets.
const packages = ['packages', 'apps'].flatMap((group) =>
  readdirSync(new URL(group, import.meta.url))
    .map((name) => `${group}/${name}`)
    .filter((root) => existsSync(new URL(`${root}/test`, import.meta.url)))
    .map((root) => ({
      extends: true as const,
      root: `./${root}`,
      test: {
        name: (JSON.parse(readFileSync(new URL(`${root}/package.json`, import.meta.url), 'utf8')) as { name: string })
          .name,
      },
    })),
)

const projects = [...packages, { extends: true as const, root: './fuzz', test: { name: 'fuzz' } }]

const condition = '@lading/source'

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition, 'node', 'module-sync', 'import', 'default'] } },
  test: {
    projects,
    // vitest leaves one core free by default, which is half of a small machine.
    maxWorkers: '100%',
    execArgv: [`--conditions=${condition}`],
    // Half of what a short process costs is the reading of its TypeScript; tests start some hundreds of them.
    env: { NODE_COMPILE_CACHE: new URL('node_modules/.cache/compiled', import.meta.url).pathname },
    include: ['test/**/*.test.ts'],
    setupFiles: [new URL('test/support/setup.ts', import.meta.url).pathname],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/closing-line-reporter.ts'],
  },
})
