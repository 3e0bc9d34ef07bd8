import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { configuration, configurationPath, monitorAddress, type ObjectStore, type Place } from './ceph/configuration.ts'
import { createDaemon, runTool, type Daemon } from './ceph/daemon.ts'

/** A Ceph of its own on loopback. */
export interface Ceph {
  /** URLs of its gateways, each a process of its own over the same objects. */
  readonly endpoints: readonly string[]
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly gateways: readonly Daemon[]
  /** Where the objects are. With `bluestore` they are there again when it was killed. */
  readonly osd: Daemon
  close(): Promise<void>
}

const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'SECRETTEST' }

/** Starts monitor, OSD and gateways with all their files in `directory`. `memstore` starts in a second, `bluestore` in some. */
export async function startCeph(
  directory: string,
  { objectStore = 'memstore', gateways: count = 2 }: { objectStore?: ObjectStore; gateways?: number } = {},
): Promise<Ceph> {
  const place: Place = { directory, fsid: randomUUID(), monitorPort: await freePort(), objectStore }
  const env = { ...process.env, CEPH_CONF: configurationPath(place), CEPH_ARGS: '' }
  const tool = (program: string, ...words: string[]): Promise<string> => runTool(program, words, env)
  await Promise.all(['mon', 'osd'].map((name) => mkdir(join(directory, name))))
  await writeFile(configurationPath(place), configuration(place))

  const started: Daemon[] = []
  const close = async (): Promise<void> => {
    await Promise.all(started.map((each) => each.kill()))
  }
  const start = async (daemon: Daemon): Promise<Daemon> => {
    started.push(daemon)
    await daemon.start()
    return daemon
  }
  try {
    const map = join(directory, 'monmap')
    await tool('monmaptool', '--create', '--fsid', place.fsid, '--addv', 'a', monitorAddress(place), map)
    await tool('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map)
    const monitorAnswers = (): Promise<boolean> => succeeds(tool('ceph', '--connect-timeout', '5', 'mon', 'stat'))
    await start(createDaemon('ceph-mon', ['-i', 'a', '-f'], { env, answers: monitorAnswers }))

    await tool('ceph', 'osd', 'new', place.fsid)
    await tool('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', place.fsid)
    // The monitor calls one that was killed up until its successor has registered, which takes BlueStore some seconds; what
    // the gateways are asked meanwhile waits, and a gateway that starts waits as well.
    const osdAnswers = (): Promise<boolean> => succeeds(tool('ceph', 'tell', 'osd.0', 'version'))
    const osd = await start(createDaemon('ceph-osd', ['-i', '0', '-f'], { env, answers: osdAnswers }))

    const gateways: Daemon[] = []
    const endpoints: string[] = []
    for (let at = 0; at < count; at += 1) {
      const port = await freePort()
      const endpoint = `http://127.0.0.1:${port}`
      // Without tcp_nodelay each small answer waits 40 ms for an acknowledgement.
      const front = `--rgw-frontends=beast endpoint=127.0.0.1:${port} tcp_nodelay=1`
      const words = ['-n', `client.gateway${at}`, '-f', front]
      // One after the other: the first makes the pools.
      gateways.push(await start(createDaemon('radosgw', words, { env, answers: () => listens(endpoint) })))
      endpoints.push(endpoint)
    }
    const { accessKeyId, secretAccessKey } = credentials
    await tool(
      'radosgw-admin',
      'user',
      'create',
      '--uid=tests',
      '--display-name=tests',
      `--access-key=${accessKeyId}`,
      `--secret-key=${secretAccessKey}`,
    )
    return { endpoints, credentials, gateways, osd, close }
  } catch (error) {
    await close()
    throw error
  }
}

const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  )

const listens = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const request = http.get(url, { agent: false, timeout: 5_000 })
    request.once('error', () => resolve(false)).once('timeout', () => request.destroy())
    request.once('response', (answer) => {
      answer.resume().on('error', () => undefined)
      resolve(true)
    })
  })
