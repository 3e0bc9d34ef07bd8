import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { needs, otherNodes, someOtherNode } from '../../../test/support/needs.ts'

const script = fileURLToPath(new URL('support/https-on-this-node.ts', import.meta.url))

it(
  'other Nodes (LADING_OTHER_NODES) speak https to a registry, and refuse a wrong name',
  needs(someOtherNode),
  async () => {
    for (const node of otherNodes) {
      const args = ['--conditions=@lading/source', '--disable-warning=ExperimentalWarning', script]
      const { stdout } = await promisify(execFile)(node, args)
      expect(stdout).toMatch(/^[\d.]+: whole, whole, refused, whole, whole, refused\n$/)
    }
  },
)
