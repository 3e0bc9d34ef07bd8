import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatPlatform,
  normalizePlatform,
  OCI_INDEX,
  parsePlatform,
  platformJson,
  platformOfNode,
  samePlatform,
  schemas,
  type Platform,
} from '../src/index.ts'
import { outcome, refusal } from './support/documents.ts'

/** Without normalisation. */
function raw(text: string): Platform {
  const [os = '', architecture = '', variant] = text.split('/')
  return { os, architecture, variant }
}
const host: Platform = { os: 'linux', architecture: 'arm', variant: 'v6' }

it.each<Platform>([
  { os: 'linux', architecture: 'arm', variant: 'v7' },
  { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.2113', osFeatures: ['win32k'] },
  { os: 'linux', architecture: 'amd64' },
])('a platform is read as it was written: %o', (platform) => {
  const digest = `sha256:${'0'.repeat(64)}`
  const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 }
  const manifests = [{ ...entry, platform: platformJson(platform) }]
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }))
  expect(schemas.unmarshal(OCI_INDEX, bytes)).toMatchObject({ manifests: [{ platform }] })
})

describe('parsePlatform', () => {
  it.each<[string, Platform]>([
    ['linux/amd64', { os: 'linux', architecture: 'amd64' }],
    ['Linux/X86_64', { os: 'linux', architecture: 'amd64' }],
    ['linux/x86-64', { os: 'linux', architecture: 'amd64' }],
    ['linux/amd64/v1', { os: 'linux', architecture: 'amd64' }],
    ['linux/amd64/V3', { os: 'linux', architecture: 'amd64', variant: 'v3' }],
    ['linux/i386', { os: 'linux', architecture: '386' }],
    ['linux/aarch64', { os: 'linux', architecture: 'arm64' }],
    ['linux/arm64/8', { os: 'linux', architecture: 'arm64' }],
    ['linux/arm64/v8', { os: 'linux', architecture: 'arm64' }],
    ['linux/arm64/v8.0', { os: 'linux', architecture: 'arm64' }],
    ['linux/arm64/v8.1', { os: 'linux', architecture: 'arm64', variant: 'v8.1' }],
    ['linux/arm64/9', { os: 'linux', architecture: 'arm64', variant: 'v9' }],
    ['linux/arm64/9.0', { os: 'linux', architecture: 'arm64', variant: 'v9' }],
    ['linux/arm64/v9.0', { os: 'linux', architecture: 'arm64', variant: 'v9' }],
    ['linux/arm', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ['linux/arm/5', { os: 'linux', architecture: 'arm', variant: 'v5' }],
    ['linux/arm/6', { os: 'linux', architecture: 'arm', variant: 'v6' }],
    ['linux/arm/7', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ['linux/arm/8', { os: 'linux', architecture: 'arm', variant: 'v8' }],
    ['linux/armhf', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ['linux/armel', { os: 'linux', architecture: 'arm', variant: 'v6' }],
    ['macos/arm64', { os: 'darwin', architecture: 'arm64' }],
    ['linux/riscv64/rva22u64', { os: 'linux', architecture: 'riscv64', variant: 'rva22u64' }],
    [
      'windows(10.0.17763+win32k)/amd64',
      { os: 'windows', architecture: 'amd64', osVersion: '10.0.17763', osFeatures: ['win32k'] },
    ],
    ['windows(10.0.17763)/amd64', { os: 'windows', architecture: 'amd64', osVersion: '10.0.17763' }],
    ['windows(+a+b)/amd64', { os: 'windows', architecture: 'amd64', osFeatures: ['a', 'b'] }],
    ['windows()/amd64', { os: 'windows', architecture: 'amd64' }],
    ['arm64', { os: 'linux', architecture: 'arm64' }],
    ['x86_64', { os: 'linux', architecture: 'amd64' }],
    ['armhf', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ['s390x', { os: 'linux', architecture: 's390x' }],
    ['haiku/toString', { os: 'haiku', architecture: 'tostring' }],
  ])('%s', (text, expected) => expect(parsePlatform(text)).toEqual(expected))

  it('completes a single word from the host', () => {
    expect(parsePlatform('linux', { host })).toEqual(host)
    expect(parsePlatform('windows(10.0.1)', { host: { os: 'linux', architecture: 'amd64' } })).toEqual({
      os: 'windows',
      architecture: 'amd64',
      osVersion: '10.0.1',
    })
    expect(parsePlatform('macos', { host })).toEqual({ os: 'darwin', architecture: 'arm', variant: 'v6' })
    expect(parsePlatform('amd64', { host: { os: 'windows', architecture: 'arm64' } })).toEqual({
      os: 'windows',
      architecture: 'amd64',
    })
  })

  it.each([
    '',
    '/',
    'linux/',
    '/amd64',
    'linux/amd64/',
    'linux/amd64/v1/x',
    'linux//v1',
    'linux/*',
    '*',
    'toaster',
    'amd64(1)',
    'linux /amd64',
    'linux(/amd64',
    'linux(1/amd64',
    'linux(1)x/amd64',
    'linux(+)/amd64',
    'li.nux/amd64',
    'linux/ämd64',
    '__proto__',
    `linux/${'a'.repeat(300)}`,
    'linux',
    '\u001b[2J',
  ])('refuses %j', (text) => {
    const error = refusal(() => parsePlatform(text))
    expect(error).toMatchObject({ code: 'PLATFORM_INVALID', hint: expect.stringMatching(/./) as string })
    expect(error.message).not.toContain('\u001b')
  })

  it('says why a lone system is not enough', () =>
    expect(refusal(() => parsePlatform('Windows')).hint).toBe('it says no architecture; write windows/amd64'))

  it('reads back what formatPlatform writes', () => {
    const word = fc.stringMatching(/^[a-z0-9_]{1,8}$/)
    const platform = fc.record({
      os: word,
      architecture: word,
      variant: fc.option(word, { nil: undefined }),
      osVersion: fc.option(fc.stringMatching(/^[0-9.]{1,8}$/), { nil: undefined }),
      osFeatures: fc.option(fc.array(word, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(platform, (value) => {
        const read = parsePlatform(formatPlatform(value))
        expect(read).toEqual(normalizePlatform(value))
        expect(normalizePlatform(read)).toEqual(read)
        expect(parsePlatform(formatPlatform(read))).toEqual(read)
      }),
    )
  })

  it('throws nothing else', () => {
    const piece = fc.constantFrom('linux', 'arm', 'v7', '/', '(', ')', '+', '*', '.', '10.0')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const { value, code = 'none' } = outcome(() => parsePlatform(text, { host }))
          expect(code).toBe(value === undefined ? 'PLATFORM_INVALID' : 'none')
        },
      ),
    )
  })
})

it('formatPlatform is safe to print', () => {
  expect(
    formatPlatform({ os: 'a\u001b', architecture: 'b\u202e', variant: 'c', osVersion: '1', osFeatures: ['f', 'g'] }),
  ).toBe('a\\x1b(1+f+g)/b\\u202e/c')
  expect(formatPlatform({ os: 'linux', architecture: 'arm64', variant: '' })).toBe('linux/arm64')
})

it.each<[string, string | undefined, string]>([
  ['x64', undefined, 'linux/amd64'],
  ['arm64', undefined, 'linux/arm64'],
  ['arm64', '7', 'linux/arm64'],
  ['arm', undefined, 'linux/arm/v7'],
  ['arm', '6', 'linux/arm/v6'],
  ['arm', '7', 'linux/arm/v7'],
  ['ia32', undefined, 'linux/386'],
  ['ppc64', undefined, 'linux/ppc64le'],
  ['s390x', undefined, 'linux/s390x'],
  ['riscv64', undefined, 'linux/riscv64'],
  ['loong64', undefined, 'linux/loong64'],
  ['mipsel', undefined, 'linux/mipsle'],
  ['constructor', undefined, 'linux/constructor'],
])('a machine whose process.arch is %s, arm version %s, runs %s', (arch, armVersion, expected) =>
  expect(formatPlatform(platformOfNode(arch, armVersion))).toBe(expected),
)

it.each<[string, string, boolean]>([
  ['linux/amd64', 'linux/amd64', true],
  ['linux/x86_64', 'linux/amd64', true],
  ['linux/amd64', 'linux/arm64', false],
  ['windows/amd64', 'linux/amd64', false],
  ['linux/386', 'linux/amd64', false],
  ['linux/arm', 'linux/arm/v6', true],
  ['linux/arm/v6', 'linux/arm', true],
  ['linux/arm/v6', 'linux/arm/v7', true],
  ['linux/arm/v7', 'linux/arm/v6', false],
  ['linux/arm64/v8', 'linux/arm64', true],
  ['linux/arm64/v8', 'linux/arm64/v8', true],
  ['linux/amd64/v3', 'linux/amd64/v2', false],
  ['linux/amd64/v1', 'linux/amd64/v2', true],
  ['/', 'linux/arm64', true],
  ['linux/', 'linux/arm64', true],
  ['/amd64', 'linux/arm64', false],
])('a config of %s for a wanted %s: %s', (actual, wanted, same) => {
  expect(samePlatform(raw(actual), raw(wanted))).toBe(same)
})
