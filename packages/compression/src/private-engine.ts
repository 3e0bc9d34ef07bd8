import zlib from 'node:zlib'
import { outputSize, type Engine, type EngineFormat } from './engine.ts'
import { worksAsKnown } from './works-as-known.ts'

interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    at: number,
    length: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void
  reset(): void
  onerror: (message: string, errno: number, code: string) => void
}

interface Internals {
  readonly _handle?: Partial<Handle> | null
  readonly _writeState?: Uint32Array
  close(): void
}

const known = new Map<EngineFormat['kind'], boolean>()

/**
 * The decoder inside a zlib stream, called on the same thread: `_handle` and `_writeState`, which Node does not document.
 * The streams themselves go through the thread pool and allocate for every chunk, which halves their speed. `undefined`
 * if these members are missing, or behave differently, which is checked once for each format.
 */
export function privateEngine(format: EngineFormat): Engine | undefined {
  let works = known.get(format.kind)
  if (works === undefined) {
    works = worksAsKnown(format, () => handleEngine(format))
    known.set(format.kind, works)
  }
  return works ? handleEngine(format) : undefined
}

/** Untried. `undefined` where a member is missing. */
export function handleEngine(format: EngineFormat): Engine | undefined {
  const stream = streamOf(format)
  const { _handle: handle, _writeState: state } = stream
  if (
    typeof handle?.writeSync !== 'function' ||
    typeof handle.reset !== 'function' ||
    !(state instanceof Uint32Array) ||
    state.length < 2
  )
    return undefined
  const engine = handle as Handle
  let failure: Error | undefined
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- not an event target
  engine.onerror = (message, errno, code) => {
    failure = Object.assign(new Error(message), { errno, code })
  }
  const output = new Uint8Array(outputSize)
  let closed = false
  const self: Engine = {
    consumed: 0,
    produced: 0,
    output,
    step(input, at, end) {
      // Flush 0 is both Z_NO_FLUSH and ZSTD_e_continue.
      engine.writeSync(0, input, at, end - at, output, 0, outputSize)
      if (failure !== undefined) throw failure
      self.produced = outputSize - (state[0] as number)
      self.consumed = end - at - (state[1] as number)
    },
    reset() {
      engine.reset()
    },
    close() {
      if (closed) return
      closed = true
      stream.close()
    },
  }
  return self
}

// The stream's own buffer is never used, so it is as small as possible.
const chunkSize = 64

function streamOf({ kind, windowLog }: EngineFormat): Internals {
  if (kind === 'deflate') return zlib.createInflateRaw({ chunkSize })
  const params = windowLog === undefined ? {} : { [zlib.constants.ZSTD_d_windowLogMax]: windowLog }
  return zlib.createZstdDecompress({ chunkSize, params })
}
