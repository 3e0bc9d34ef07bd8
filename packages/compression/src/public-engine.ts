import { CompressionError } from './compression-error.ts'
import { outputSize, type Engine, type EngineFormat } from './engine.ts'
import { decodingThread, type Answer, type Question, type ThreadData } from './decoding-thread.ts'

/** For one step of 256 KiB at most. */
const longestStepMs = 60_000

interface Thread {
  ask(question: Omit<Question, 'number'>): Answer
  end(): void
}

/** A closed engine that can be reused: starting one costs more than most layers. */
let idle: Thread | undefined

/**
 * The documented streams of `node:zlib`, for where their engine cannot be called directly. They produce their output asynchronously, so they work
 * in a thread, and the calling thread blocks until a step is done. Slower, with exactly the same output.
 */
export function publicEngine(format: EngineFormat): Engine {
  let thread: Thread | undefined = idle ?? startThread()
  idle = undefined
  let begin: EngineFormat | undefined = format
  /** Whether the thread still works on the input of an earlier step. */
  let open = false
  const self: Engine = {
    consumed: 0,
    produced: 0,
    output: new Uint8Array(outputSize),
    step(input, at, end) {
      if (thread === undefined) throw new Error('this engine is closed')
      // A copy for the thread: `slice` of a Buffer would not copy.
      const answer = thread.ask({ begin, bytes: open ? undefined : new Uint8Array(input.subarray(at, end)) })
      begin = undefined
      if (answer.failure !== undefined) {
        const { message, errno, code } = answer.failure
        throw Object.assign(new Error(message), { errno, code })
      }
      self.output.set(answer.bytes)
      self.produced = answer.bytes.length
      self.consumed = answer.consumed ?? 0
      open = answer.consumed === undefined
    },
    reset() {
      begin = format
      open = false
    },
    close() {
      if (idle === undefined) idle = thread
      else thread?.end()
      thread = undefined
    },
  }
  return self
}

function startThread(): Thread {
  const { MessageChannel, receiveMessageOnPort, Worker } = process.getBuiltinModule('node:worker_threads')
  const { port1, port2 } = new MessageChannel()
  const answered = new Int32Array(new SharedArrayBuffer(4))
  const workerData: ThreadData = { port: port2, answered, outputSize }
  // From its source text, because bundlers do not include files of threads.
  const worker = new Worker(`(${decodingThread.toString()})()`, {
    eval: true,
    name: 'lading-decode',
    workerData,
    transferList: [port2],
    execArgv: [],
  })
  worker.unref()
  worker.on('error', () => {})
  port1.unref()
  let number = 0
  /** The thread announces its progress, and its message may arrive a moment later. */
  const answerTo = (asked: number): Answer | undefined => {
    for (const until = performance.now() + longestStepMs; performance.now() < until;) {
      const answer: { readonly message: Answer } | undefined = receiveMessageOnPort(port1)
      if (answer?.message.number === asked) return answer.message
      if (answer === undefined) Atomics.wait(answered, 0, asked - 1, Atomics.load(answered, 0) === asked ? 1 : 1000)
    }
    return undefined
  }
  return {
    ask(question) {
      number += 1
      const transfer = question.bytes === undefined ? [] : [question.bytes.buffer as ArrayBuffer]
      port1.postMessage({ ...question, number }, transfer)
      const answer = answerTo(number)
      if (answer !== undefined) return answer
      throw new CompressionError('COMPRESSION_ENGINE_MISSING', 'the decoding thread does not respond', {
        hint: 'run on a Node.js that has threads, 22.19 or later',
      })
    },
    end: () => void worker.terminate(),
  }
}
