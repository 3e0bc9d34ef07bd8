import type { Engine, EngineFormat } from './engine.ts'
import { privateEngine } from './private-engine.ts'
import { publicEngine } from './public-engine.ts'

/** Raw deflate (RFC 1951). */
export const inflateEngine = (): Engine => engineOf({ kind: 'deflate' })

/** zstd (RFC 8878), one frame after the other, with a window of at most `2 ** windowLog` bytes. */
export const zstdEngine = (windowLog: number): Engine => engineOf({ kind: 'zstd', windowLog })

const engineOf = (format: EngineFormat): Engine => privateEngine(format) ?? publicEngine(format)
