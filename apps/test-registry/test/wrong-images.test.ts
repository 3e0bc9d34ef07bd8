import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  image,
  index,
  makeCertificate,
  startTestRegistry,
  tar,
  type BuiltImage,
  type BuiltIndex,
  type Buildable,
  type TestRegistryOptions,
} from '../src/index.ts'
import { ask } from './support/http.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const [, table = ''] = /\| what \| what is wrong \|.*\n\|.*\n((?:\|.*\n)+)/.exec(readme) ?? []
const rows = table
  .trimEnd()
  .split('\n')
  .map((line) => /^\| (.+?) \| (.+?) \| `(.+)` \|$/.exec(line)?.slice(1) as [row: string, what: string, code: string])
const ofImages = rows.filter(([, , code]) => /^(image|index)\(/.test(code))
const ofRegistries = rows.filter(([, , code]) => code.startsWith('{'))

/** What the code of a row makes, with what the package and Node give to it. */
function made(code: string): unknown {
  const scope = { image, index, tar, makeCertificate, gzipSync, Buffer }
  // oxlint-disable-next-line no-implied-eval -- the README's own code
  return (new Function(...Object.keys(scope), `return (${code})`) as (...values: unknown[]) => unknown)(
    ...Object.values(scope),
  )
}

const layersOf = (built: BuiltImage | BuiltIndex): BuiltImage['layers'] =>
  built.kind === 'index' ? built.manifests.flatMap(layersOf) : built.layers
const gunzip = (bytes: Uint8Array): Buffer => gunzipSync(bytes)

/** What is wrong with the blobs of each, as a reader finds it. */
const findings: Readonly<Record<string, (layers: BuiltImage['layers']) => void>> = {
  'a layer that is elsewhere': ([layer]) =>
    expect([layer?.stored, layer?.descriptor.urls]).toEqual([false, ['http://evil.test/x']]),
  'a bomb': ([layer]) => expect([layer!.size < 200_000, gunzip(layer!.bytes).length]).toEqual([true, 100_000_000]),
  'gzip in gzip': ([layer]) => expect([...gunzip(layer!.bytes).subarray(0, 2)]).toEqual([0x1f, 0x8b]),
  'a zstd window of 2 GiB': ([layer]) =>
    expect(() => zstdDecompressSync(layer!.bytes)).toThrow(
      expect.objectContaining({ code: 'ZSTD_error_frameParameter_windowTooLarge' }),
    ),
  'zstd frames that are skipped': ([layer]) =>
    expect([layer?.mediaType, layer?.size]).toEqual(['application/vnd.oci.image.layer.v1.tar+zstd', 80_000]),
  'several gzip members': ([layer]) => expect(gunzip(layer!.bytes)).toHaveLength(tar({ a: 'b' }).length + 512),
  'rubbish after the end': ([layer]) => expect(Buffer.from(layer!.bytes).toString('latin1')).toMatch(/rubbish$/),
  'a trailer that is cut': ([layer]) =>
    expect(() => gunzip(layer!.bytes)).toThrow(expect.objectContaining({ code: 'Z_BUF_ERROR' })),
  'a wrong checksum': ([layer]) =>
    expect(() => gunzip(layer!.bytes)).toThrow(expect.objectContaining({ code: 'Z_DATA_ERROR' })),
  "another size than the descriptor's": ([layer]) => expect(layer!.descriptor.size).not.toBe(layer!.size),
  'one digest, two sizes': ([one, two]) =>
    expect([one?.descriptor.digest, one?.descriptor.size === two?.descriptor.size]).toEqual([
      two?.descriptor.digest,
      false,
    ]),
  'gzip by name and zstd by nature': ([layer]) =>
    expect([layer?.descriptor.mediaType.endsWith('+gzip'), Buffer.from(layer!.bytes).readUInt32LE(0)]).toEqual([
      true,
      0xfd2fb528,
    ]),
}

describe('an image that is wrong', () => {
  test.each(ofImages)('%s: %s', async (_, what, code) => {
    await using registry = await startTestRegistry()
    const built = await registry.seed(made(code) as Buildable<BuiltImage | BuiltIndex>)
    findings[what]?.(layersOf(built))
    expect(Object.keys(findings)).toContain(what)
    for (const { bytes, descriptor, stored } of layersOf(built)) {
      const answer = await ask(`${registry.url}/v2/t/app/blobs/${descriptor.digest}`)
      expect([answer.status, stored ? answer.body : undefined]).toEqual(
        stored ? [200, Buffer.from(bytes)] : [404, undefined],
      )
    }
  })
})

/** The code that a client gives for each, which trusts the registry's CA or nobody. */
const refusals: Readonly<Record<string, { readonly trusts: boolean; readonly code: string }>> = {
  'a certificate that nobody knows': { trusts: false, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  'https where http answers as well': { trusts: false, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  expired: { trusts: true, code: 'CERT_HAS_EXPIRED' },
  'for another name': { trusts: true, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  'self-signed': { trusts: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  'an old version alone': { trusts: true, code: 'EPROTO' },
}

describe('a certificate that is wrong', () => {
  test.each(ofRegistries)('%s: %s', async (_, what, code) => {
    await using registry = await startTestRegistry(made(code) as TestRegistryOptions)
    const outcome = await ask(`${registry.url}/v2/`, {
      ca: refusals[what]?.trusts === true ? registry.ca : undefined,
    }).then(
      () => undefined,
      ({ code: refused }: NodeJS.ErrnoException) => refused,
    )
    expect([outcome, Object.keys(refusals).includes(what)]).toEqual([refusals[what]?.code, true])
  })
})
