import type { Digest } from '@lading/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  OCI_INDEX,
  OCI_MANIFEST,
  formatPlatform,
  isAttestation,
  matchPlatforms,
  parsePlatform,
  type Descriptor,
  type Platform,
} from '../src/index.ts'
import { digestOf } from './support/documents.ts'

const raw = (text: string): Platform => {
  const [, os = '', version, architecture = '', variant] =
    /^([^/(]*)(?:\(([^)]*)\))?\/([^/]*)(?:\/(.*))?$/.exec(text) ?? []
  const [osVersion, ...osFeatures] = (version ?? '').split('+')
  return {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion === '' ? {} : { osVersion }),
    ...(osFeatures.length === 0 ? {} : { osFeatures }),
  }
}
/** `-` is an entry without a platform. */
const entry = (text: string, more: Partial<Descriptor> = {}): Descriptor => ({
  mediaType: OCI_MANIFEST,
  digest: digestOf('a') as Digest,
  size: 1,
  ...(text === '-' ? {} : { platform: raw(text) }),
  ...more,
})
const show = (descriptor: Descriptor): string =>
  descriptor.platform === undefined ? '-' : formatPlatform(descriptor.platform)
const order = (wanted: string, entries: string): string =>
  matchPlatforms(
    entries.split(' ').map((text) => entry(text)),
    raw(wanted),
  )
    .candidates.map(show)
    .join(' ')

describe('candidates, closest first', () => {
  it.each([
    ['linux/amd64', 'linux/arm64 linux/amd64 windows/amd64', 'linux/amd64'],
    ['linux/amd64', 'linux/386 linux/amd64/v2 linux/amd64/v1', 'linux/amd64/v1 linux/386'],
    [
      'linux/amd64/v3',
      'linux/386 linux/amd64 linux/amd64/v2 linux/amd64/v3 linux/amd64/v4',
      'linux/amd64/v3 linux/amd64/v2 linux/amd64 linux/386',
    ],
    ['linux/amd64/x', 'linux/386 linux/amd64 linux/amd64/x', 'linux/amd64/x'],
    ['linux/386', 'linux/amd64 linux/i386', 'linux/i386'],
    ['linux/x86_64', 'linux/amd64', 'linux/amd64'],
    [
      'linux/arm64',
      'linux/arm/v5 linux/arm/v6 linux/arm linux/arm/v8 linux/arm64/v8.1 linux/arm64/v9 linux/arm64/v8',
      'linux/arm64/v8 linux/arm/v8 linux/arm linux/arm/v6 linux/arm/v5',
    ],
    ['linux/arm64', 'linux/arm64 linux/arm64/v8', 'linux/arm64 linux/arm64/v8'],
    [
      'linux/arm64/v8.2',
      'linux/arm64 linux/arm64/v8.3 linux/arm64/v8.1 linux/arm64/v8.2 linux/arm/v7',
      'linux/arm64/v8.2 linux/arm64/v8.1 linux/arm64 linux/arm/v7',
    ],
    [
      'linux/arm64/v9',
      'linux/arm/v7 linux/arm64 linux/arm64/v8.6 linux/arm64/v8.5 linux/arm64/v8.4 linux/arm64/v9 linux/arm64/v9.1',
      'linux/arm64/v9 linux/arm64/v8.5 linux/arm64/v8.4 linux/arm64 linux/arm/v7',
    ],
    [
      'linux/arm64/v9.2',
      'linux/arm64 linux/arm64/v8.8 linux/arm64/v8.7 linux/arm64/v9 linux/arm64/v9.1 linux/arm64/v9.2',
      'linux/arm64/v9.2 linux/arm64/v9.1 linux/arm64/v9 linux/arm64/v8.7 linux/arm64',
    ],
    ['linux/arm64/foo', 'linux/arm64 linux/arm64/foo', 'linux/arm64/foo'],
    [
      'linux/arm',
      'linux/arm/v5 linux/arm/v6 linux/arm/v7 linux/arm/v8 linux/arm64',
      'linux/arm/v7 linux/arm/v6 linux/arm/v5',
    ],
    ['linux/arm/v6', 'linux/arm linux/arm/v5 linux/arm/v6', 'linux/arm/v6 linux/arm/v5'],
    ['linux/armhf', 'linux/arm/v7', 'linux/arm/v7'],
    ['linux/riscv64', 'linux/riscv64/rva20u64 linux/riscv64', 'linux/riscv64'],
    ['linux/ppc64le', 'linux/ppc64 linux/ppc64le', 'linux/ppc64le'],
    ['linux/amd64', '- linux/amd64 - linux/386', 'linux/amd64 linux/386 - -'],
    ['linux/arm64', '- linux/arm/v5', 'linux/arm/v5 -'],
    ['linux/amd64', 'freebsd/amd64 linux/arm64', ''],
    ['linux/amd64', '/amd64 linux/', ''],
    [
      'windows(10.0.17763.1)/amd64',
      'windows(10.0.14393.5)/amd64 windows(10.0.20348.1)/amd64 windows/amd64 windows(10.0.17763.9)/amd64',
      'windows(10.0.17763.9)/amd64 windows/amd64',
    ],
    [
      'windows(10.0.22631.1)/amd64',
      'windows(10.0.20348.5)/amd64 windows(10.0.22000.1)/amd64 windows(10.0.22631.7)/amd64 windows(10.0.26100.1)/amd64 windows(10.0.17763.1)/amd64',
      'windows(10.0.22631.7)/amd64 windows(10.0.20348.5)/amd64 windows(10.0.22000.1)/amd64',
    ],
    [
      'windows(10.0.26100.1)/amd64',
      'windows(10.0.20348.5)/amd64 windows(10.0.26100.9)/amd64 windows(10.0.17763.1)/amd64',
      'windows(10.0.26100.9)/amd64 windows(10.0.20348.5)/amd64',
    ],
    [
      'windows(10.0.26200.1)/amd64',
      'windows(10.0.20348.5)/amd64 windows(10.0.26100.9)/amd64',
      'windows(10.0.26100.9)/amd64',
    ],
    [
      'windows(10.0.26101.1)/amd64',
      'windows(10.0.20348.5)/amd64 windows(10.0.26100.9)/amd64',
      'windows(10.0.26100.9)/amd64',
    ],
    [
      'windows(10.0.20348.1)/amd64',
      'windows(10.0.19041.5)/amd64 windows(10.0.20348.9)/amd64',
      'windows(10.0.20348.9)/amd64',
    ],
    ['windows(nonsense)/amd64', 'windows(10.0.19041.5)/amd64', 'windows(10.0.19041.5)/amd64'],
    [
      'windows/amd64',
      'windows(10.0.19041.5)/amd64 windows(10.0.20348.9)/amd64',
      'windows(10.0.19041.5)/amd64 windows(10.0.20348.9)/amd64',
    ],
    [
      'windows(+other)/amd64',
      'windows(+win32k)/amd64 windows(+other)/amd64 windows/amd64',
      'windows(+other)/amd64 windows/amd64',
    ],
    ['windows/amd64', 'windows(+win32k)/amd64', 'windows(+win32k)/amd64'],
    ['linux(10.0.1)/amd64', 'linux(10.0.2)/amd64 linux(10.0.1)/amd64', 'linux(10.0.2)/amd64 linux(10.0.1)/amd64'],
  ])('%s of %s', (wanted, entries, expected) => expect(order(wanted, entries)).toBe(expected))

  it('the first of two entries of one platform goes first', () => {
    const [a, b] = [entry('linux/amd64', { size: 1 }), entry('linux/amd64', { size: 2 })]
    expect(matchPlatforms([a, b], raw('linux/amd64')).candidates).toEqual([a, b])
    expect(matchPlatforms([b, a], raw('linux/amd64')).candidates).toEqual([b, a])
  })

  it('nested indexes are candidates, with a platform and without', () => {
    const nested = entry('-', { mediaType: OCI_INDEX })
    expect(
      matchPlatforms([nested, entry('linux/arm64', { mediaType: OCI_INDEX })], raw('linux/arm64')).candidates.map(show),
    ).toEqual(['linux/arm64', '-'])
  })
})

describe('rejected, with a reason', () => {
  it.each<[Descriptor, RegExp]>([
    [entry('unknown/unknown'), /attestation/],
    [entry('unknown/unknown', { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }), /attestation/],
    [entry('linux/arm64', { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }), /attestation/],
    [entry('-', { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }), /attestation/],
    [
      entry('linux/arm64', { mediaType: 'application/x\u001b[2J' }),
      /^media type application\/x\\x1b\[2J is neither manifest nor index$/,
    ],
    [
      entry('-', { artifactType: 'application/vnd.example.sbom' }),
      /^an artifact of type application\/vnd.example.sbom$/,
    ],
    [entry('windows/arm64'), /^windows\/arm64 is for another operating system than linux\/arm64$/],
    [entry('linux/amd64'), /^linux\/amd64 is for another architecture than linux\/arm64$/],
    [entry('linux/arm64/v9'), /^linux\/arm64\/v9 needs another variant than linux\/arm64$/],
    [entry('linux\u001b/arm64'), /^linux\\x1b\/arm64 is for another/],
  ])('%j', (descriptor, reason) => {
    const match = matchPlatforms([descriptor], parsePlatform('linux/arm64'))
    expect(match).toEqual({
      candidates: [],
      rejected: [{ descriptor, reason: expect.stringMatching(reason) as string }],
    })
  })

  it.each([
    [
      'windows(10.0.17763.1)/amd64',
      'windows(10.0.20348.1)/amd64',
      'windows(10.0.20348.1)/amd64 does not run on build 10.0.17763.1',
    ],
    ['windows(+a)/amd64', 'windows(+b)/amd64', 'windows(+b)/amd64 needs the feature b'],
  ])('on %s: %s', (wanted, text, reason) => {
    expect(matchPlatforms([entry(text)], raw(wanted)).rejected).toMatchObject([{ reason }])
  })

  it('an artifact type beside a platform is no obstacle', () => {
    expect(
      matchPlatforms([entry('linux/arm64', { artifactType: 'application/x' })], raw('linux/arm64')).candidates,
    ).toHaveLength(1)
  })
})

it('isAttestation looks at platform and annotation', () => {
  expect(
    [
      entry('unknown/unknown'),
      entry('linux/unknown'),
      entry('unknown/amd64'),
      entry('-'),
      entry('-', { annotations: { 'vnd.docker.reference.type': 'x' } }),
    ].map(isAttestation),
  ).toEqual([true, false, false, false, true])
})

it('every entry is candidate or rejected, once, and what is chosen does not depend on entries that do not match', () => {
  const platform = fc.constantFrom(
    '-',
    'linux/amd64',
    'linux/amd64/v2',
    'linux/386',
    'linux/arm64',
    'linux/arm64/v9',
    'linux/arm',
    'linux/arm/v6',
    'windows/amd64',
    'unknown/unknown',
  )
  fc.assert(
    fc.property(
      fc.array(platform, { maxLength: 12 }),
      platform.filter((text) => text !== '-'),
      (texts, wanted) => {
        const entries = texts.map((text) => entry(text))
        const { candidates, rejected } = matchPlatforms(entries, raw(wanted))
        expect(new Set([...candidates, ...rejected.map(({ descriptor }) => descriptor)])).toEqual(new Set(entries))
        expect(candidates.length + rejected.length).toBe(entries.length)
        expect(matchPlatforms(candidates, raw(wanted)).candidates).toEqual(candidates)
      },
    ),
  )
})
