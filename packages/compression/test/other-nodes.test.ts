import { execFileSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

// Paths of other Node binaries, 22.19 and 24 say, joined by the system's path delimiter.
const others = (process.env['LADING_OTHER_NODES'] ?? '').split(delimiter).filter((path) => path !== '')
if (others.length === 0 && process.env['LADING_REQUIRE_REAL'] === '1') {
  throw new Error('LADING_REQUIRE_REAL=1, and LADING_OTHER_NODES names no other Node')
}

const script = fileURLToPath(new URL('support/corpus-on-this-node.ts', import.meta.url))

it.skipIf(others.length === 0)('other Nodes (LADING_OTHER_NODES) come to the same results', () => {
  for (const node of others) {
    const output = execFileSync(
      node,
      ['--conditions=@lading/source', '--disable-warning=ExperimentalWarning', script],
      { encoding: 'utf8' },
    )
    expect(output).toMatch(/^[\d.]+: \d{4} cases\n$/)
  }
})
