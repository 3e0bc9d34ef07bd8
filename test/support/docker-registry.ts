import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { pathOf } from './real-parts.ts'

export interface DockerRegistry {
  /** `127.0.0.1:port` */
  readonly host: string
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts Debian's docker-registry, which is distribution 2.8, on a free loopback port, with its data in `folder`; or as
 * `program` distribution 3's `registry`. `extra` is further YAML for its configuration.
 */
export async function startDockerRegistry(
  folder: string,
  { program = 'docker-registry', extra = '' }: { readonly program?: string; readonly extra?: string } = {},
): Promise<DockerRegistry> {
  const port = await freePort()
  const data = join(folder, 'data')
  const config = join(folder, 'registry.yml')
  await mkdir(data, { recursive: true })
  await writeFile(
    config,
    [
      'version: 0.1',
      'log: {level: error}',
      'storage:',
      `  filesystem: {rootdirectory: ${data}}`,
      '  delete: {enabled: true}',
      `http: {addr: "127.0.0.1:${port}"}`,
      extra,
    ].join('\n'),
  )
  const server = spawn(pathOf(program), ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: dockerRegistryEnvironment(),
  })
  let log = ''
  server.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = once(server, 'close')
  const host = `127.0.0.1:${port}`
  await Promise.race([
    answering(`http://${host}/v2/`),
    ended.then(() => Promise.reject(new Error(`${program} does not start: ${log}`))),
  ])
  return {
    host,
    url: `http://${host}`,
    async close() {
      server.kill()
      await ended
    },
  }
}

/** Without what it would take for its configuration: `REGISTRY_AUTH_FILE`, which is skopeo's, is `auth: file` to it. */
export const dockerRegistryEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('REGISTRY_')))

/** Any answer will do: one that asks for a login is up too. */
async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await fetch(url)
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new Error(`${url} does not answer`)
}
