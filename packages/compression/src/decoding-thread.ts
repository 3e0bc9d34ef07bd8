import type { MessagePort } from 'node:worker_threads'
import type { EngineFormat } from './engine.ts'

export interface ThreadData {
  readonly port: MessagePort
  /** The number of the last request that was answered. */
  readonly answered: Int32Array
  readonly outputSize: number
}

export interface Question {
  readonly number: number
  /** If set, a new stream begins. */
  readonly begin?: EngineFormat | undefined
  /** Absent: produce more output of the previous bytes. */
  readonly bytes?: Uint8Array | undefined
}

export interface Answer {
  /** Of the request. */
  readonly number: number
  /** At most `outputSize`. */
  readonly bytes: Uint8Array
  /** Of the last input bytes; absent while they produce more output. */
  readonly consumed?: number | undefined
  readonly failure?: { readonly message: string; readonly errno?: unknown; readonly code?: unknown } | undefined
}

/** The code of the thread of `publicEngine`. It runs from its source text, so it must not use anything of this module. */
export function decodingThread(): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads')
  const zlib = process.getBuiltinModule('node:zlib')
  const { port, answered, outputSize } = workerData as ThreadData
  const none = new Uint8Array(0)

  let stream: ReturnType<typeof zlib.createInflateRaw> | undefined
  let failure: Answer['failure']
  let number = 0
  let waiting = false
  let looking = false
  let pieces: Uint8Array[] = []
  let length = 0
  /** Position in the stream's input before the last bytes, and the length of these. */
  let before = 0
  let given = 0
  let taken = true
  /** The compressed stream has ended: further input is ignored. */
  let over = false

  const answer = (what: Omit<Answer, 'number'>): void => {
    waiting = false
    port.postMessage({ ...what, number })
    Atomics.store(answered, 0, number)
    Atomics.notify(answered, 0)
  }

  const look = (): void => {
    if (!waiting || looking || stream === undefined) return
    // A read may call the callback of a write, and so this function; it may return nothing, while the next read returns the output.
    looking = true
    for (let idle = false; length < outputSize && !idle;) {
      const piece = stream.read() as Uint8Array | null
      if (piece !== null) {
        pieces.push(piece)
        length += piece.length
      }
      idle = piece === null && (stream.readableLength === 0 || stream.destroyed)
    }
    looking = false
    if (length < outputSize && failure !== undefined) return answer({ bytes: none, failure })
    if (length < outputSize && !taken) return
    const all = Buffer.concat(pieces)
    const rest = all.subarray(outputSize)
    pieces = rest.length === 0 ? [] : [rest]
    length = rest.length
    const consumed = taken && length === 0 && stream.readableLength === 0 ? stream.bytesWritten - before : undefined
    if (consumed !== undefined && consumed < given) over = true
    answer({ bytes: new Uint8Array(all.subarray(0, outputSize)), consumed })
  }

  const begin = ({ kind, windowLog }: EngineFormat): void => {
    stream?.destroy()
    const params = windowLog === undefined ? {} : { [zlib.constants.ZSTD_d_windowLogMax]: windowLog }
    // A piece is the output of one engine step, and the next one is produced when this one was read, so that both engines fail at the same point.
    const pace = { chunkSize: outputSize, highWaterMark: 1 }
    const started = kind === 'deflate' ? zlib.createInflateRaw(pace) : zlib.createZstdDecompress({ ...pace, params })
    stream = started as typeof stream
    failure = undefined
    pieces = []
    length = before = given = 0
    taken = true
    over = false
    started.on('readable', look)
    started.on('error', (error: Error & { errno?: unknown; code?: unknown }) => {
      if (started !== stream) return
      failure = { message: error.message, errno: error.errno, code: error.code }
      look()
    })
  }

  port.on('message', (question: Question) => {
    if (question.begin !== undefined) begin(question.begin)
    const { bytes } = question
    number = question.number
    waiting = true
    if (over) return answer({ bytes: none, consumed: 0 })
    if (bytes !== undefined && bytes.length > 0 && failure === undefined) {
      const to = stream
      before = to?.bytesWritten ?? 0
      given = bytes.length
      taken = false
      to?.write(bytes, () => {
        if (to !== stream) return
        taken = true
        look()
      })
    } else if (bytes !== undefined) {
      before = stream?.bytesWritten ?? 0
      given = 0
    }
    look()
  })
}
