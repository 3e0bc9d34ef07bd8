import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A Markdown file of the repository that becomes a page. */
export interface Source {
  /** `docs/serve.md`, relative to the repository. */
  readonly file: string
  /** `serve.html`, relative to the site. */
  readonly url: string
  /** The text of its first heading, or what the navigation calls it. */
  readonly title: string
  readonly markdown: string
}

/** A heading of the navigation, and the pages below it. */
export interface Group {
  readonly title: string
  readonly sources: readonly Source[]
}

const plan: readonly (readonly [title: string, files: readonly string[]])[] = [
  [
    'Start',
    ['docs/index.md', 'apps/cli/README.md', 'docs/coming-from-docker.md', 'docs/comparison.md', 'docs/terminals.md'],
  ],
  [
    'Guides',
    [
      'docs/guides/pull-in-a-script.md',
      'docs/guides/in-ci.md',
      'docs/guides/embed-in-a-program.md',
      'docs/guides/test-your-client.md',
      'docs/guides/run-a-cache.md',
      'docs/guides/add-a-media-type.md',
      'docs/guides/add-a-store-back-end.md',
      'docs/serve.md',
      'docs/shared-store.md',
      'docs/test-registry-recipes.md',
      'docs/test-registry-api.md',
    ],
  ],
  [
    'How it works',
    [
      'docs/architecture.md',
      'docs/reliability.md',
      'docs/performance.md',
      'docs/field-reports.md',
      'docs/decisions/README.md',
    ],
  ],
  ['Packages', ['packages/*/README.md', 'apps/test-registry/README.md']],
  ['Decisions', ['docs/decisions/*.md']],
  ['Contributing', ['CONTRIBUTING.md', 'docs/packages.md', 'docs/releasing.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md']],
  // What nobody has given a place yet.
  ['More', ['docs/**/*.md']],
]

/** What the navigation calls a page whose heading says too little there. */
const titles: Readonly<Record<string, string>> = {
  'docs/index.md': 'Lading in 30 seconds',
  'apps/cli/README.md': 'The command lading',
  'docs/comparison.md': 'Compared with other tools',
}

/** All pages in the order of the navigation. A file that is named twice belongs to the first group that names it. */
export function readSources(root: string): readonly Group[] {
  const taken = new Set<string>()
  return plan
    .map(([title, patterns]) => ({
      title,
      sources: patterns
        .flatMap((pattern) => globSync(pattern, { cwd: root }).toSorted())
        .filter((file) => !taken.has(file) && existsSync(join(root, file)) && taken.add(file))
        .map((file) => readSource(root, file)),
    }))
    .filter(({ sources }) => sources.length > 0)
}

function readSource(root: string, file: string): Source {
  const markdown = readFileSync(join(root, file), 'utf8')
  const [, title] = /^# (.+)$/m.exec(markdown) ?? []
  if (title === undefined) throw new Error(`${file} has no heading`)
  return { file, url: urlOf(file), title: titles[file] ?? title.replaceAll('`', ''), markdown }
}

/** `docs/serve.md` is `serve.html`, `packages/tar/README.md` is `packages/tar.html`. */
function urlOf(file: string): string {
  return file
    .replace(/^docs\//, '')
    .replace(/^apps\//, 'packages/')
    .replace(/^(packages\/.*)\/README\.md$/, '$1.html')
    .replace(/README\.md$/, 'index.html')
    .replace(/\.md$/, '.html')
}
