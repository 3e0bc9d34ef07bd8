import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { pathOf } from '../../../../test/support/real-parts.ts'

/** A file as `record-tree.py` tells it. */
type Recorded = Readonly<Record<string, unknown>> & { readonly path: string }

/** What two trees do not have in common. */
export interface Difference {
  /** From the root; empty for the root itself. */
  readonly path: string
  /** `tree`: one of them has no such file at all. */
  readonly field: string
  readonly ours: unknown
  readonly theirs: unknown
}

const recorder = fileURLToPath(new URL('record-tree.py', import.meta.url))

export function recordTree(directory: string): readonly Recorded[] {
  const lines = execFileSync(pathOf('python3'), [recorder, directory], { encoding: 'utf8', maxBuffer: 2 ** 30 })
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)
}

export function differences(ours: readonly Recorded[], theirs: readonly Recorded[]): readonly Difference[] {
  const [here, there] = [ours, theirs].map((tree) => new Map(tree.map((each) => [each.path, each])))
  return [...new Set([...ours, ...theirs].map(({ path }) => path))].flatMap((path) => {
    const [a, b] = [here?.get(path), there?.get(path)]
    if (a === undefined || b === undefined) return [{ path, field: 'tree', ours: a?.['type'], theirs: b?.['type'] }]
    return [...new Set([...Object.keys(a), ...Object.keys(b)])]
      .filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]))
      .map((field) => ({ path, field, ours: a[field], theirs: b[field] }))
  })
}
