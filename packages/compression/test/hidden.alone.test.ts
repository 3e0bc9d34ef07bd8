import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import zlib from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { handleEngine } from '../src/private-engine.ts'
import { publicEngine } from '../src/public-engine.ts'
import { worksAsKnown } from '../src/works-as-known.ts'
import type { EngineFormat } from '../src/engine.ts'

const formats = [{ kind: 'deflate' }, { kind: 'zstd', windowLog: 27 }] as const satisfies readonly EngineFormat[]
const creators = { deflate: 'createInflateRaw', zstd: 'createZstdDecompress' } as const

type Members = Record<string, unknown>
afterEach(() => vi.restoreAllMocks())

/** What is seen of a stream's member from outside. */
function show(kind: EngineFormat['kind'], member: '_handle' | '_writeState', seen: (real: unknown) => unknown): void {
  const real = zlib[creators[kind]] as unknown as (options?: object) => Members & { close(): void }
  vi.spyOn(zlib, creators[kind]).mockImplementation(((options?: object) => {
    const stream = real(options)
    const { _handle, _writeState } = stream
    return { _handle, _writeState, close: () => stream.close(), [member]: seen(stream[member]) }
  }) as never)
}

/** The same handle with one method that does something else. */
const withMethod =
  (name: string, method: (real: Members, given: unknown[]) => unknown) =>
  (real: unknown): unknown =>
    typeof real === 'object' && real !== null
      ? new Proxy(real as Members, {
          get(target, key) {
            if (key === name) return (...given: unknown[]) => method(target, given)
            const value = target[key as string]
            return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value
          },
          set: (target, key, value) => Reflect.set(target, key, value),
        })
      : real

const call = (real: Members, name: string, given: unknown[]): unknown =>
  (real[name] as (...given: unknown[]) => unknown).apply(real, given)

describe.each(formats)('the engine of $kind', (format) => {
  const { kind } = format

  it('works as it is known to', () => {
    expect(worksAsKnown(format, () => handleEngine(format))).toBe(true)
  })

  it.each([
    ['no handle', '_handle', () => undefined],
    ['a handle without writeSync', '_handle', (real) => (real === null ? real : { reset() {}, close() {} })],
    ['no state', '_writeState', () => undefined],
    ['a state of another kind', '_writeState', () => [0, 0]],
    ['a state that stays as it is', '_writeState', () => new Uint32Array(2)],
    ['a state the other way round', '_writeState', (real) => (real as Uint32Array | undefined)?.toReversed()],
    ['a writeSync that does nothing', '_handle', withMethod('writeSync', () => undefined)],
    [
      'a writeSync that throws',
      '_handle',
      withMethod('writeSync', () => {
        throw new TypeError('Illegal invocation')
      }),
    ],
    [
      'a writeSync that takes all for read',
      '_handle',
      withMethod('writeSync', (real, [flush, input, at, , ...rest]) =>
        call(real, 'writeSync', [flush, input, at, 0, ...rest]),
      ),
    ],
  ] as [string, '_handle' | '_writeState', (real: unknown) => unknown][])('is not used with %s', (_, member, seen) => {
    show(kind, member, seen)
    expect(worksAsKnown(format, () => handleEngine(format))).toBe(false)
  })

  it('has a stand-in that passes the same trial', () => {
    expect(worksAsKnown(format, () => publicEngine(format))).toBe(true)
  })
})

it('a reset that does nothing is noticed, too', () => {
  show(
    'deflate',
    '_handle',
    withMethod('reset', () => undefined),
  )
  expect(worksAsKnown({ kind: 'deflate' }, () => handleEngine({ kind: 'deflate' }))).toBe(false)
})

const onThisNode = (script: string): string =>
  execFileSync(
    process.execPath,
    [
      '--conditions=@lading/source',
      '--import',
      new URL('support/hide-privates.ts', import.meta.url).href,
      fileURLToPath(new URL(script, import.meta.url)),
    ],
    { encoding: 'utf8' },
  )

it('without the private members a small layer comes to the same, and the process ends by itself', () => {
  expect(onThisNode('support/few-on-this-node.ts')).toBe('deflate: public, zstd: public\nas expected\n')
})

it('without the private members every input comes to the same', needs(enlarged), () => {
  expect(onThisNode('support/corpus-on-this-node.ts')).toMatch(/^[\d.]+: \d{4} cases\n$/)
})
