import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const file = 'recipes.test.mts'

/** docs/test-registry-recipes.md. */
export const recipesPage: string = readFileSync(join(root, 'docs/test-registry-recipes.md'), 'utf8')

const blocks = [...recipesPage.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block)

/** The beginnings of the tests' names, as far as they are literal. */
export const recipeTitles: readonly string[] = [...blocks.join('\n').matchAll(/^ *test\(['`]([^'`$]*)/gm)].map(
  ([, title = '']) => title,
)

export interface RecipesReport {
  readonly text: string
  /** Lines of TAP, one for each test whose name begins like this. */
  resultsOf(title: string): readonly string[]
}

/**
 * Runs the code of the page as one file under Node's test runner, in a project that has installed nothing but the package.
 *
 * @param options.client a module with a `createClient` in place of the page's own
 */
export async function runRecipes({ client }: { readonly client?: URL | undefined } = {}): Promise<RecipesReport> {
  return await inProject(client, async (directory) => {
    const text = await output(process.execPath, ['--conditions=@lading/source', '--test-reporter=tap', file], directory)
    return {
      text,
      resultsOf: (title) =>
        text
          .split('\n')
          .filter((line) => /^(not )?ok \d+ - /.test(line) && line.replace(/^.*? - /, '').startsWith(title)),
    }
  })
}

/** What the compiler says about the code of the page. */
export async function typeErrorsOfRecipes(): Promise<string> {
  return await inProject(undefined, async (directory) => {
    const compilerOptions = {
      composite: false,
      noEmit: true,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      typeRoots: [join(root, 'node_modules/@types')],
    }
    await writeFile(
      join(directory, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, files: [file] }),
    )
    return await output(join(root, 'node_modules/.bin/tsc'), ['--project', directory], directory)
  })
}

async function inProject<Result>(
  client: URL | undefined,
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'recipes-'))
  try {
    await mkdir(join(directory, 'node_modules/@lading'), { recursive: true })
    await symlink(join(root, 'apps/test-registry'), join(directory, 'node_modules/@lading/test-registry'))
    const code =
      client === undefined
        ? blocks
        : [
            ...blocks.filter((block) => !block.startsWith('function createClient')),
            `import { createClient } from '${client.href}'`,
          ]
    await writeFile(join(directory, file), code.join('\n'))
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

const output = (program: string, args: readonly string[], cwd: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd, env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 64 * 1024 * 1024 },
      (_, stdout, stderr) => resolve(stdout + stderr),
    )
  })
