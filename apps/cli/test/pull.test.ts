import { image, index, startTestRegistry, type TestRegistry } from '@lading/test-registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createScreen } from './support/screen.ts'
import { bin, lading, start } from './support/lading.ts'
import { runHere } from './support/run-here.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

interface Event {
  readonly v: number
  readonly type: string
  readonly [member: string]: unknown
}
const eventsIn = (text: string): Event[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)

describe('lading pull', () => {
  let registry: TestRegistry
  let app: string
  let bigLayer: string
  let root: string
  beforeAll(async () => {
    registry = await startTestRegistry()
    await registry.seed(image('t/app:latest').layer({ a: 'a' }).randomLayer(100_000))
    const { layers } = await registry.seed(image('t/big:1').randomLayer(3_000_000))
    bigLayer = layers[0]?.digest ?? ''
    await registry.seed(
      index('t/multi:1')
        .add(image().platform('linux/arm64').layer({ b: 'arm' }))
        .add(image().platform('linux/amd64').layer({ b: 'amd' })),
    )
    for (const tag of ['1', '2', 'bad']) await registry.seed(image(`t/tags:${tag}`).layer({ c: tag }))
    registry.addFault({ on: 'manifest', repository: 't/tags', target: 'bad', then: { content: '<html>' } })
    app = `${registry.host}/t/app`
  })
  afterAll(() => registry.close())

  it('says docker’s words on stderr and the reference on stdout; then it is up to date', async () => {
    root = await temporaryDirectory()
    const first = await lading(['pull', app, '--root', root])
    expect(first).toMatchObject({ code: 0, stdout: `${app}:latest\n` })
    const lines = first.stderr.trimEnd().split('\n')
    expect(lines.slice(0, 2)).toEqual(['Using default tag: latest', 'latest: Pulling from t/app'])
    expect(lines.slice(2, 4)).toEqual([
      expect.stringMatching(/^[0-9a-f]{12}: Pulling fs layer$/),
      expect.stringMatching(/^[0-9a-f]{12}: Pulling fs layer$/),
    ])
    expect(lines.filter((line) => line.endsWith(': Pull complete'))).toHaveLength(2)
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^Digest: sha256:[0-9a-f]{64}$/),
      `Status: Downloaded newer image for ${app}:latest`,
    ])

    const second = await runHere(['pull', app, '--root', root])
    expect(second.stderr.trimEnd().split('\n')).toEqual([
      'Using default tag: latest',
      'latest: Pulling from t/app',
      lines.at(-2),
      `Status: Image is up to date for ${app}:latest`,
    ])

    const listed = await runHere(['images', '--root', root, '--digests', 't/app', app])
    expect(listed.code).toBe(2)
    const images = await runHere(['images', '--root', root, '--digests'])
    expect(images.stdout).toMatch(
      new RegExp(
        `^REPOSITORY +TAG +DIGEST +IMAGE ID +CREATED +SIZE\n${app} +latest +${lines.at(-2)?.slice('Digest: '.length)} +[0-9a-f]{12} +.* ago +\\d+kB\n$`,
      ),
    )
  })

  it('prints only the reference with -q', async () => {
    expect(await runHere(['pull', '-q', app, '--root', await temporaryDirectory()])).toEqual({
      code: 0,
      stdout: `${app}:latest\n`,
      stderr: '',
    })
  })

  it('draws a terminal that ends with the same lines, and the result below them', async () => {
    const both = ['sh', '-c', 'exec "$@" 2>&1', 'sh', process.execPath, bin]
    const { code, stdout } = await lading(['pull', '--progress', 'tty', app, '--root', await temporaryDirectory()], {
      node: both,
    })
    const screen = createScreen(80, 24)
    screen.write(stdout)
    expect(code).toBe(0)
    expect(screen.cursorShown).toBe(true)
    expect(screen.lines()).toEqual([
      'Using default tag: latest',
      'latest: Pulling from t/app',
      expect.stringMatching(/^[0-9a-f]{12}: Pull complete$/),
      expect.stringMatching(/^[0-9a-f]{12}: Pull complete$/),
      expect.stringMatching(/^Digest: sha256:/),
      `Status: Downloaded newer image for ${app}:latest`,
      `${app}:latest`,
    ])
  })

  it('gives events and the result as JSON, for the platform that was asked for', async () => {
    const { code, stdout, stderr } = await lading(
      [
        'image',
        'pull',
        '--progress',
        'json',
        '--verify',
        'digest',
        `${registry.host}/t/multi:1`,
        '--root',
        await temporaryDirectory(),
      ],
      { env: { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' } },
    )
    expect(code).toBe(0)
    const events = eventsIn(stderr)
    expect(events.every(({ v }) => v === 1)).toBe(true)
    expect(events.find(({ type }) => type === 'platform')).toMatchObject({
      platform: { os: 'linux', architecture: 'arm64' },
    })
    expect(events.at(-1)).toMatchObject({ type: 'status', status: 'downloaded' })
    expect(JSON.parse(stdout)).toMatchObject({
      v: 1,
      reference: `${registry.host}/t/multi:1`,
      status: 'downloaded',
      platform: { architecture: 'arm64' },
      layers: [{ digest: expect.stringMatching(/^sha256:/) as string }],
    })
  })

  it('fails in JSON, too', async () => {
    const { code, stdout, stderr } = await runHere([
      'pull',
      '--progress',
      'json',
      `${app}:none`,
      '--root',
      await temporaryDirectory(),
    ])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(eventsIn(stderr).at(-1)).toMatchObject({
      v: 1,
      type: 'error',
      code: 'MANIFEST_UNKNOWN',
      exitCode: 3,
      hint: expect.any(String) as string,
    })
  })

  it('pulls all tags, and lists at the end what failed', async () => {
    const { code, stdout, stderr } = await runHere([
      'pull',
      '-a',
      `${registry.host}/t/tags`,
      '--root',
      await temporaryDirectory(),
    ])
    expect(code).not.toBe(0)
    expect(stdout).toBe(`${registry.host}/t/tags:1\n${registry.host}/t/tags:2\n`)
    expect(stderr).toMatch(/\nlading: [^\n]*t\/tags:bad[^\n]*\nhint: [^\n]*\n$/)
  })

  it('stops in good order on SIGINT: 130, the cursor shown, what has arrived is kept and used', async () => {
    const directory = await temporaryDirectory()
    const big = `${registry.host}/t/big:1`
    registry.addFault({ on: 'blob', target: bigLayer, afterBytes: 900_000, then: 'stall' })
    const pull = start(['pull', '--progress', 'tty', big, '--root', directory])
    await pull.said(/: Downloading +[\d.]+kB\//)
    pull.child.kill('SIGINT')
    const { code, stdout, stderr } = await pull.ended
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    const screen = createScreen(80, 24)
    screen.write(stderr)
    expect(screen.cursorShown).toBe(true)
    expect(screen.lines().at(-1)).toBe('lading: interrupted; what has arrived is kept, and the next pull resumes')
    registry.clearFaults()

    const again = await runHere(['pull', '--progress', 'json', big, '--root', directory])
    expect(again.code).toBe(0)
    expect(eventsIn(again.stderr)).toContainEqual(expect.objectContaining({ type: 'layer:resume', offset: 900_000 }))
  })

  it('stops on SIGTERM with 143', async () => {
    registry.addFault({ on: 'manifest', repository: 't/big', then: 'stall' })
    const pull = start(['pull', `${registry.host}/t/big:1`, '--root', await temporaryDirectory(), '--progress', 'json'])
    await pull.said(/"endpoint"/)
    pull.child.kill('SIGTERM')
    const { code, stderr } = await pull.ended
    expect(code).toBe(143)
    expect(eventsIn(stderr).at(-1)).toMatchObject({ type: 'error', code: 'INTERRUPTED', exitCode: 143 })
    registry.clearFaults()
  })
})
