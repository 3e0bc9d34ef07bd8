import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { needs, otherNodes, someOtherNode } from '../../../test/support/needs.ts'

const script = fileURLToPath(new URL('support/corpus-on-this-node.ts', import.meta.url))

it('other Nodes (LADING_OTHER_NODES) come to the same results', needs(someOtherNode), () => {
  for (const node of otherNodes) {
    const output = execFileSync(
      node,
      ['--conditions=@lading/source', '--disable-warning=ExperimentalWarning', script],
      { encoding: 'utf8' },
    )
    expect(output).toMatch(/^[\d.]+: \d{4} cases\n$/)
  }
})
