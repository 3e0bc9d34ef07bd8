import { CliError } from '../cli-error.ts'

/** Standard output for bytes as they are. */
export interface Output {
  /** A person sees it, and bytes could do harm there. */
  readonly interactive: boolean
  /** How wide a line may be there; absent where nothing wraps. */
  readonly columns?: number | undefined
  /**
   * Resolves when the bytes were taken: whoever writes more waits for that.
   *
   * @throws OutputEnded
   */
  write(bytes: Uint8Array): Promise<void>
}

/** Standard output as a process has it: its end stops what is printed, and never what is done. */
export interface StandardOutput extends Output {
  /** A line. What cannot be printed any more is passed over. */
  print(line: string): void
  /**
   * Resolves when all that was printed was taken, or nothing more is.
   *
   * @throws CliError `OUTPUT_FAILED` when something was refused; a reader that had enough refuses nothing
   */
  finish(): Promise<void>
}

/** Nothing more can be written: whatever was at it may stop, and it is told once, by `finish`. */
export class OutputEnded extends Error {
  constructor(cause: unknown) {
    super('standard output is closed', { cause })
  }
}

export function standardOutput(stream: NodeJS.WriteStream): StandardOutput {
  let ended: OutputEnded | undefined
  const end = (error: NodeJS.ErrnoException): OutputEnded => (ended ??= new OutputEnded(error))
  stream.on('error', end)
  return {
    interactive: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns || 80 : undefined
    },
    print(line) {
      if (ended === undefined) stream.write(`${line}\n`)
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) reject(ended)
        else stream.write(bytes, (error) => (error == null ? resolve() : reject(end(error))))
      }),
    async finish() {
      if (ended === undefined)
        await new Promise<void>((resolve) => {
          stream.write('', (error) => {
            if (error != null) end(error)
            resolve()
          })
        })
      if (ended !== undefined) throwUnlessReaderGone(ended.cause as NodeJS.ErrnoException)
    },
  }
}

/** Whoever read our output and has seen enough is no failure. A terminal that was closed answers EIO. */
function throwUnlessReaderGone(cause: NodeJS.ErrnoException): void {
  const { code = 'unknown' } = cause
  if (code === 'EPIPE' || code === 'EIO') return
  throw new CliError('OUTPUT_FAILED', `standard output cannot be written (${code})`, {
    cause,
    hint: code === 'ENOSPC' ? 'free some space, or write elsewhere' : 'write elsewhere',
  })
}

/** Whether an error is there because nothing more could be written, however deep. */
export function isOutputEnded(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause)
    if (current instanceof OutputEnded) return true
  return false
}

/** Where diagnostics cannot be written, there is nobody to tell: the work goes on without them. */
export function tolerateFailures(stream: NodeJS.WriteStream): void {
  stream.on('error', () => undefined)
}
