import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../test/support/free-port.ts'
import { cache } from './tools.ts'

export interface LocalRegistry {
  readonly url: string
  /** For package managers: the registry, and a token that it does not look at. */
  readonly userConfig: string
  close(): Promise<void>
}

/**
 * An npm registry (verdaccio) on loopback. It takes our packages from anybody, and fetches all others from the registry that
 * npm is set up with, once: what it fetched stays in the cache folder.
 */
export async function startLocalRegistry(folder: string): Promise<LocalRegistry> {
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { cwd: folder, encoding: 'utf8' }).trim()
  const storage = join(cache, 'registry')
  mkdirSync(storage, { recursive: true })
  for (const ours of ['@lading', 'lading', '.verdaccio-db.json'])
    rmSync(join(storage, ours), { recursive: true, force: true })
  const port = await freePort()
  const config = join(folder, 'verdaccio.yaml')
  const everybody = { access: '$all', publish: '$all', unpublish: '$all' }
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      storage,
      uplinks: { upstream: { url: upstream, maxage: '1d', timeout: '60s' } },
      packages: { '@lading/*': everybody, lading: everybody, '**': { access: '$all', proxy: 'upstream' } },
      auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
      max_body_size: '50mb',
      web: { enable: false },
      log: { type: 'stdout', format: 'pretty', level: 'warn' },
    }),
  )
  const url = `http://127.0.0.1:${port}/`
  const userConfig = join(folder, 'npmrc')
  writeFileSync(userConfig, `registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\nfund=false\naudit=false\n`)
  const program = join(dirname(createRequire(import.meta.url).resolve('verdaccio/package.json')), 'bin/verdaccio')
  const server = spawn(process.execPath, [program, '--config', config, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  server.stderr.on('data', (text: Buffer) => (complaints += text))
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  let ended = false
  void gone.then(() => (ended = true))
  while (
    !(await fetch(`${url}-/ping`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (ended) throw new Error(`verdaccio did not start: ${complaints}`)
    await sleep(100)
  }
  return {
    url,
    userConfig,
    async close() {
      server.kill()
      await gone
    },
  }
}
