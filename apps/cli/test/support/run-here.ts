import { fromEnvironment } from '../../src/environment.ts'
import { exitCodeOf } from '../../src/exit-code-of.ts'
import { reportError } from '../../src/process/report-error.ts'
import { run } from '../../src/run.ts'
import { fakeTerminal } from './fake-terminal.ts'
import type { Ended } from './lading.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Runs a command line in this process, with a store that is not there yet unless a root is given. */
export async function runHere(
  args: readonly string[],
  {
    root,
    input = '',
    variables = { LADING_HOSTS: 'off' },
    interactive = false,
    columns,
    answer,
    asked,
    signal = new AbortController().signal,
    terminal = fakeTerminal({ interactive: false }),
  }: {
    root?: string
    input?: string | Uint8Array
    variables?: Readonly<Record<string, string>>
    interactive?: boolean
    columns?: number
    answer?: string
    asked?: (question: string) => void
    signal?: AbortSignal
    terminal?: ReturnType<typeof fakeTerminal>
  } = {},
): Promise<Ended> {
  const lines: string[] = []
  const ask = (question: string): Promise<string> => {
    asked?.(question)
    return answer === undefined ? Promise.reject(new Error('nobody is there')) : Promise.resolve(answer)
  }
  const home = await temporaryDirectory()
  const code = await run(args, {
    signal,
    setGrace: () => undefined,
    environment: fromEnvironment({
      HOME: home,
      // Without it, a directory of the machine's is looked into.
      XDG_RUNTIME_DIR: home,
      ...variables,
      ...(root === undefined ? {} : { LADING_ROOT: root }),
    }),
    terminal,
    input: {
      interactive: answer !== undefined,
      ask: (question) => ask(question),
      readAll: () => Promise.resolve(Buffer.from(input).toString()),
      async *chunks() {
        yield Buffer.from(input)
      },
    },
    print: (line) => lines.push(`${line}\n`),
    output: { interactive, columns, write: async (bytes) => void lines.push(Buffer.from(bytes).toString('latin1')) },
    report(error) {
      reportError(error, terminal)
      return exitCodeOf(error)
    },
  })
  return { code, stdout: lines.join(''), stderr: terminal.written.join('') }
}
