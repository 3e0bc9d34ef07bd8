import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const file = 'recipes.test.mts'

/** A page whose code blocks, in their order, are one test file for Node's test runner. */
export interface Recipes {
  readonly page: string
  /** The beginnings of the tests' names, as far as they are literal. */
  readonly titles: readonly string[]
  /**
   * Runs the code as one file, in a project that has installed nothing but the package.
   *
   * @param options.client a module with a `createClient` in place of the page's own
   */
  run(options?: {
    readonly client?: URL | undefined
    readonly env?: Readonly<Record<string, string>> | undefined
  }): Promise<RecipesReport>
  /** What the compiler says about the code. */
  typeErrors(): Promise<string>
}

export interface RecipesReport {
  readonly text: string
  /** Lines of TAP, one for each test whose name begins like this. */
  resultsOf(title: string): readonly string[]
}

export function readRecipes(path: string): Recipes {
  const page = readFileSync(join(root, path), 'utf8')
  const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block)
  return {
    page,
    titles: [...blocks.join('\n').matchAll(/^ *test\(['`]([^'`$]*)/gm)].map(([, title = '']) => title),
    async run({ client, env } = {}) {
      const code =
        client === undefined
          ? blocks
          : [
              ...blocks.filter((block) => !block.startsWith('function createClient')),
              `import { createClient } from '${client.href}'`,
            ]
      return await inProject(code, async (cwd) => {
        const args = ['--conditions=@lading/source', '--test-reporter=tap', file]
        const text = await output(process.execPath, args, { cwd, env })
        return {
          text,
          resultsOf: (title) =>
            text
              .split('\n')
              .filter((line) => /^(not )?ok \d+ - /.test(line) && line.replace(/^.*? - /, '').startsWith(title)),
        }
      })
    },
    async typeErrors() {
      return await inProject(blocks, async (cwd) => {
        const compilerOptions = {
          composite: false,
          noEmit: true,
          declaration: false,
          declarationMap: false,
          isolatedDeclarations: false,
          typeRoots: [join(root, 'node_modules/@types')],
        }
        await writeFile(
          join(cwd, 'tsconfig.json'),
          JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, files: [file] }),
        )
        return await output(join(root, 'node_modules/.bin/tsc'), ['--project', cwd], { cwd })
      })
    },
  }
}

/** Of the page with ten recipes for a client in JavaScript. */
export const recipes: Recipes = readRecipes('docs/test-registry-recipes.md')

async function inProject<Result>(
  code: readonly string[],
  work: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'recipes-'))
  try {
    await mkdir(join(directory, 'node_modules/@lading'), { recursive: true })
    await symlink(join(root, 'apps/test-registry'), join(directory, 'node_modules/@lading/test-registry'))
    await writeFile(join(directory, file), code.join('\n'))
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

const output = (
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> | undefined },
): Promise<string> =>
  new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env }, maxBuffer: 64 * 1024 * 1024 },
      (_, stdout, stderr) => resolve(stdout + stderr),
    )
  })
