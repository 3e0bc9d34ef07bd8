import { join } from 'node:path'
import { exitCodeOf } from '../../src/exit-code-of.ts'
import { reportError } from '../../src/process/report-error.ts'
import { run } from '../../src/run.ts'
import { fakeTerminal } from './fake-terminal.ts'
import type { Ended } from './lading.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Runs a command line in this process, with a store that is not there yet unless a root is given. */
export async function runHere(args: readonly string[], { root, variables = { LADING_HOSTS: 'off' } }: { root?: string; variables?: Readonly<Record<string, string>> } = {}): Promise<Ended> {
  const terminal = fakeTerminal({ interactive: false })
  const lines: string[] = []
  const code = await run(args, {
    signal: new AbortController().signal,
    environment: { root: root ?? join(await temporaryDirectory(), 'store'), platform: undefined, variables },
    terminal,
    print: (line) => lines.push(`${line}\n`),
    report(error) {
      reportError(error, terminal)
      return exitCodeOf(error)
    },
  })
  return { code, stdout: lines.join(''), stderr: terminal.written.join('') }
}
