import type { Engine, EngineFormat } from './engine.ts'

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))

const content = '6c6164696e67'
const tries: Readonly<Record<EngineFormat['kind'], { readonly whole: Uint8Array; readonly broken: Uint8Array }>> = {
  // A stored block (RFC 1951, section 3.2.4), and one of the reserved type.
  deflate: { whole: bytesOf(`010600f9ff${content}`), broken: bytesOf('07ffffffffffffff') },
  // A frame of one raw block (RFC 8878, section 3.1.1), and no frame.
  zstd: { whole: bytesOf(`28b52ffd2006310000${content}`), broken: bytesOf('ffffffffffffffffffffffff') },
}

/**
 * Whether an engine decodes a small stream correctly in two pieces, reports its position, stops at the end, starts again, and
 * reports damage. Everything that we rely on is tried.
 */
export function worksAsKnown({ kind }: EngineFormat, start: () => Engine | undefined): boolean {
  const { whole, broken } = tries[kind]
  return tried(start, (engine) => decodes(engine, kind, whole)) && tried(start, (engine) => refuses(engine, broken))
}

function tried(start: () => Engine | undefined, holds: (engine: Engine) => boolean): boolean {
  let engine: Engine | undefined
  try {
    engine = start()
    return engine !== undefined && holds(engine)
  } catch {
    return false
  } finally {
    engine?.close()
  }
}

function decodes(engine: Engine, kind: EngineFormat['kind'], whole: Uint8Array): boolean {
  const behind = Uint8Array.of(...whole, 9, 9)
  for (const _ of [1, 2]) {
    let out = ''
    const step = (from: number, to: number): boolean => {
      engine.step(behind, from, to)
      for (const byte of engine.output.subarray(0, engine.produced)) out += byte.toString(16).padStart(2, '0')
      return true
    }
    step(0, 4)
    if (engine.consumed !== 4 || engine.produced !== 0) return false
    // The walker finds the end of zstd frames, so the engine never gets bytes after it.
    const end = kind === 'deflate' ? behind.length : whole.length
    step(4, end)
    if (engine.consumed !== whole.length - 4 || out !== content) return false
    if (kind === 'deflate') engine.reset()
  }
  return true
}

function refuses(engine: Engine, broken: Uint8Array): boolean {
  try {
    engine.step(broken, 0, broken.length)
  } catch (error) {
    return error instanceof Error && 'code' in error
  }
  return false
}
