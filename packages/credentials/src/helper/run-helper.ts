import type { AbortOptions } from '@lading/clock'
import { spawn, type ChildProcess } from 'node:child_process'
import { printable } from '@lading/errors'
import type { Variables } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'
import { systemTraits } from '../system-traits.ts'
import { findHelper } from './find-helper.ts'

export interface HelperLimits {
  /** Default 30 seconds. */
  readonly timeoutMs?: number | undefined
  /** Of what it prints. Default 1 MiB. */
  readonly maxBytes?: number | undefined
}

export interface HelperOptions extends AbortOptions, HelperLimits {
  /** For PATH, and for the helper itself. */
  readonly env: Variables
}

export type HelperAction = 'get' | 'store' | 'erase' | 'list'

export interface HelperAnswer {
  readonly ok: boolean
  /** What it printed: the answer, or why it failed. May hold a secret. */
  readonly output: string
}

/**
 * Runs a credential helper once: the program itself, without a shell, its question on standard input. It and whatever
 * it started are ended when it takes too long, says too much, or the signal fires.
 *
 * @throws CredentialError `HELPER_NAME_INVALID`, `HELPER_MISSING`, `HELPER_FAILED` when it cannot be started, `HELPER_TIMEOUT`, `HELPER_ANSWER_INVALID` when it says too much
 */
export async function runHelper(
  name: string,
  action: HelperAction,
  input: string,
  { env, signal, timeoutMs = 30_000, maxBytes = 1024 * 1024 }: HelperOptions,
): Promise<HelperAnswer> {
  const program = await findHelper(name, env)
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(program, [action], {
      shell: false,
      detached: systemTraits().hasProcessGroups,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...env },
    })
    const chunks: Uint8Array[] = []
    let size = 0
    const settle = (how: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      how()
    }
    const end = (reason: unknown): void => {
      endGroup(child)
      settle(() => reject(reason))
    }
    const onAbort = (): void => end(signal?.reason)
    const timer = setTimeout(
      () =>
        end(
          new CredentialError('HELPER_TIMEOUT', `the credential helper ${name} did not end within ${timeoutMs} ms`, {
            hint: `it may be waiting for input: run 'docker-credential-${name} ${action}', or unlock its key store first`,
          }),
        ),
      timeoutMs,
    )
    signal?.addEventListener('abort', onAbort, { once: true })
    child.once('error', (cause) =>
      settle(() =>
        reject(
          new CredentialError(
            'HELPER_FAILED',
            `the credential helper ${name} cannot be started: ${printable((cause as NodeJS.ErrnoException).code ?? cause.message)}`,
            { path: program, cause, hint: 'check that the program is for this machine' },
          ),
        ),
      ),
    )
    child.once('close', (code) =>
      settle(() => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString('utf8') })),
    )
    child.stdout.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength
      if (size > maxBytes)
        end(
          new CredentialError(
            'HELPER_ANSWER_INVALID',
            `the credential helper ${name} answers with more than ${maxBytes} bytes`,
            { path: program, expected: maxBytes },
          ),
        )
      else chunks.push(chunk)
    })
    // One that does not read its question closes the pipe; its answer counts.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** Its own group, so that a helper's helpers end with it. */
function endGroup(child: ChildProcess): void {
  child.stdout?.destroy()
  if (child.pid === undefined) return
  try {
    if (systemTraits().hasProcessGroups) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // It ended by itself just now.
  }
}
