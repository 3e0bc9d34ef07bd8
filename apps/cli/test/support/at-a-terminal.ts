import { spawn } from 'node:child_process'
import { pathOf } from '../../../../test/support/real-parts.ts'
import { bin, compiled } from './lading.ts'

export interface Session {
  /** Everything that the screen was sent so far. */
  readonly screen: () => string
  /** Resolves when the screen says something like this behind what was typed last. */
  said(pattern: RegExp): Promise<void>
  type(text: string): void
  readonly ended: Promise<number | null>
}

/** The command line at a real terminal, which `script` of util-linux makes. */
export function atATerminal(args: readonly string[], env: Readonly<Record<string, string>>): Session {
  const command = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn(pathOf('script'), ['-qec', command, '/dev/null'], {
    stdio: 'pipe',
    env: { ...process.env, ...compiled, NO_COLOR: '1', LADING_HOSTS: 'off', ...env },
  })
  let screen = ''
  let from = 0
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      screen += text
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  return {
    screen: () => screen,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(screen.slice(from))) resolve()
        }
        waiting.add(look)
        look()
        void ended.then(() => reject(new Error(`it ended and never said ${String(pattern)}: ${screen}`)))
      }),
    type(text) {
      from = screen.length
      child.stdin.write(text)
    },
    ended,
  }
}
