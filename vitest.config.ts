import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
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
    env: {
      // Half of what a short process costs is the reading of its TypeScript; tests start some hundreds of them.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)),
      // Whoever runs the tests is logged in somewhere, or may not read where logins are kept; skopeo and podman are not.
      REGISTRY_AUTH_FILE: fileURLToPath(new URL('test/support/no-logins.json', import.meta.url)),
    },
    include: ['test/**/*.test.ts'],
    setupFiles: [fileURLToPath(new URL('test/support/setup.ts', import.meta.url))],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', './scripts/closing-line-reporter.ts'],
  },
})
