import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { oneFile } from '../../../../test/support/one-file.ts'

/** A server in a process of its own. */
export interface Served {
  readonly pid: number
  readonly port: number
  end(signal?: NodeJS.Signals): Promise<void>
}

const source = new URL('serving.ts', import.meta.url)

/** The server as one file, which starts in half the time: for many starts. */
export const serverProgram = (): Promise<string> => oneFile(source)

export async function serveApart(root: string, host: string, program?: string): Promise<Served> {
  const path = program ?? fileURLToPath(source)
  const child: ChildProcess = spawn(process.execPath, ['--conditions=@lading/source', path, root, host], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer]
  return {
    pid: child.pid as number,
    port: Number(String(said)),
    async end(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const over = once(child, 'exit')
      child.kill(signal)
      await over
    },
  }
}

/** What came of an answer, and whether that was all of it. */
export interface Got {
  readonly status: number
  readonly bytes: Buffer
  readonly whole: boolean
}

/**
 * One GET on a connection of its own.
 *
 * @param how.leave leaves after so many bytes
 * @param how.pauseMs after each piece, as a slow reader
 */
export function get(
  { port }: Pick<Served, 'port'>,
  path: string,
  how: {
    readonly leave?: number | undefined
    readonly pauseMs?: number | undefined
    readonly from?: number
    readonly onData?: ((piece: Buffer) => void) | undefined
  } = {},
): Promise<Got> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let length = 0
    let status = 0
    const end = (whole: boolean): void => resolve({ status, bytes: Buffer.concat(pieces), whole })
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        agent: false,
        headers: {
          accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json',
          ...(how.from === undefined ? {} : { range: `bytes=${how.from}-` }),
        },
      },
      (answer) => {
        status = answer.statusCode ?? 0
        const size = Number(answer.headers['content-length'])
        answer.on('data', (piece: Buffer) => {
          pieces.push(piece)
          how.onData?.(piece)
          length += piece.byteLength
          if (how.leave !== undefined && length >= how.leave) asked.destroy()
          else if (how.pauseMs !== undefined) {
            answer.pause()
            setTimeout(() => answer.resume(), how.pauseMs)
          }
        })
        answer.on('end', () => end(length === size))
        answer.on('error', () => end(false))
        answer.on('close', () => end(length === size))
      },
    )
    asked.on('error', () => end(false))
    asked.end()
  })
}
