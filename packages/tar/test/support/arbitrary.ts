import type { TarInput, TarType, Time } from '@lading/tar'
import fc from 'fast-check'

const slash = 0x2f
const name = (): fc.Arbitrary<Uint8Array> =>
  fc
    .oneof(
      fc.uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 20 }),
      // Names around the lengths at which they no longer fit.
      fc
        .array(fc.constantFrom(...Buffer.from('abc/é')), { minLength: 90, maxLength: 270 })
        .map((bytes) => Uint8Array.from(bytes)),
    )
    .map((bytes) => Uint8Array.from(bytes))
const notSlashed = (bytes: Uint8Array): boolean => bytes[bytes.length - 1] !== slash

const time = (): fc.Arbitrary<Time> =>
  fc.record({
    seconds: fc.oneof(fc.integer({ min: -(2 ** 35), max: 2 ** 35 }), fc.constantFrom(0, -1, 8 ** 11 - 1, 8 ** 11)),
    nanoseconds: fc.oneof(fc.constant(0), fc.nat(999_999_999), fc.constantFrom(1, 100_000_000)),
  })
const id = (): fc.Arbitrary<number> =>
  fc.oneof(fc.nat(2000), fc.constantFrom(2_097_151, 2_097_152, 0xffff_ffff), fc.nat(0xffff_ffff))
const text = (): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((value) => !value.includes('\0') && value.isWellFormed())
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })

const keyword = (): fc.Arbitrary<string> => text().filter((value) => !value.includes('='))
const map = (prefix: string): fc.Arbitrary<ReadonlyMap<string, Uint8Array> | undefined> =>
  optional(
    fc
      .array(fc.tuple(keyword(), bytes(30)), { minLength: 1, maxLength: 3 })
      .map((pairs) => new Map(pairs.map(([key, value]) => [prefix + key, value]))),
  )

const common = {
  mode: fc.oneof(fc.nat(0o7777), fc.constant(0o7777777)),
  uid: id(),
  gid: id(),
  userName: optional(text()),
  groupName: optional(text()),
  mtime: time(),
  atime: optional(time()),
  ctime: optional(time()),
  xattrs: map('user.'),
  records: map('VENDOR.'),
}

const others = ['directory', 'fifo'] as const satisfies readonly TarType[]

/** Anything that can be written. */
export const tarInput = (): fc.Arbitrary<TarInput> =>
  fc.oneof(
    fc.record({ ...common, name: name().filter(notSlashed), type: fc.constant('file' as const), body: bytes(1500) }),
    fc.record({ ...common, name: name(), type: fc.constantFrom(...others) }),
    fc.record({
      ...common,
      name: name(),
      type: fc.constantFrom('link' as const, 'symlink' as const),
      linkName: name(),
    }),
    fc.record({
      ...common,
      name: name(),
      type: fc.constantFrom('character-device' as const, 'block-device' as const),
      device: fc.record({ major: id(), minor: id() }),
    }),
  )
