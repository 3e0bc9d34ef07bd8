import { ManifestError, formatPlatform, parsePlatform } from '@lading/manifest'
import { bytesOf, textOf } from '../encoding.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const systems = ['linux', 'windows', 'macos', 'Darwin', 'windows(10.0.17763+win32k)', 'linux()', 'x', '*', '']
const architectures = [
  'amd64',
  'x86_64',
  'i386',
  'aarch64',
  'arm64',
  'arm',
  'armhf',
  'armel',
  'riscv64',
  '__proto__',
  '',
]
const variants = ['', '/v7', '/8', '/v9.1', '/v1', '/', '/v8/x']

export const platform: Target = {
  name: 'platform',
  generate: (random) =>
    bytesOf(
      random.once(3)
        ? random.pick([...systems, ...architectures])
        : `${random.pick(systems)}/${random.pick(architectures)}${random.pick(variants)}`,
    ),
  words: ['linux', 'arm64', 'v8', '/', '(', ')', '+', '10.0.1', '.', '_', '-', '*', 'constructor'],
  check(input) {
    const text = textOf(input)
    const parsed = unlessRefused(ManifestError, text.length, () => parsePlatform(text))
    if (parsed === undefined) return
    holds(
      formatPlatform(parsePlatform(formatPlatform(parsed))) === formatPlatform(parsed),
      `${formatPlatform(parsed)} is not itself again`,
    )
  },
}
