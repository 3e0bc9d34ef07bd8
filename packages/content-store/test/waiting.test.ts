import { spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createContentStore,
  createLock,
  nodeFileSystem,
  nodeProcesses,
  type ProcessTable,
  type Waiting,
} from '@lading/content-store'
import { digestOf } from '@lading/digest/hash'
import { describe, expect, it } from 'vitest'
import { enlarged, needs, root } from '../../../test/support/needs.ts'
import { pathOf } from '../../../test/support/real-parts.ts'
import { layoutOf, ingestLayoutOf } from '../src/layout.ts'
import { silenceMs } from '../src/owner.ts'
import { ended, speaks, start } from './spawn.ts'
import { temporaryDirectory } from './temporary-root.ts'

const fs = nodeFileSystem()
/** In a container that sees no other. */
const processes: ProcessTable = { ...nodeProcesses(), findIn: () => 'unseen' }
const self = processes.self()
const nonce = '0123456789abcdef'
const bytes = new TextEncoder().encode('a blob')
const blob = { digest: digestOf(bytes), size: bytes.length }

/** What is told of a wait; then the way out that the message names is taken. */
function waiter(): { readonly told: Waiting[]; readonly onWaiting: (waiting: Waiting) => void } {
  const told: Waiting[] = []
  return {
    told,
    onWaiting(waiting) {
      told.push(waiting)
      if (waiting.silenceMs === undefined) process.kill(waiting.pid ?? 0, 'SIGKILL')
      else void rm(waiting.path)
    },
  }
}

describe('whoever waits for another process', () => {
  it.each([
    ['of another pid namespace', { pidNamespace: 'pid:[1]' }],
    ['of another host', { host: 'far', boot: 'far' }],
    ['of another boot', { boot: 'before' }],
  ])('%s is told for whom, and how to go on at once', async (_what, owner) => {
    const path = join(await temporaryDirectory(), 'lock')
    await writeFile(path, `${JSON.stringify({ ...self, pid: 4711, ...owner, nonce })}\n`)
    const { told, onWaiting } = waiter()
    expect(await createLock({ fs, path, processes, onWaiting }).hold(async () => 'in')).toBe('in')
    const host = 'host' in owner ? owner.host : self.host
    expect(told).toEqual([
      {
        path,
        pid: 4711,
        host,
        silenceMs,
        message: `waiting for process 4711 on ${host}, which cannot be seen from here (another container, machine or boot), up to 20 s; if it has ended, continue at once with: rm ${path}`,
      },
    ])
  })

  it('that runs is told of it too', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const child = await start('lock-process.ts', 'hang', path)
    await speaks(child)
    const { told, onWaiting } = waiter()
    expect(await createLock({ fs, path, onWaiting }).hold(async () => 'in')).toBe('in')
    expect(told).toMatchObject([
      {
        pid: child.pid,
        silenceMs: undefined,
        message: `waiting for process ${child.pid}, which has ${path}; to continue at once, end it with kill ${child.pid}`,
      },
    ])
    await ended(child)
  })

  it('that is stopped is told so, and waited for so long and no longer', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const child = await start('lock-process.ts', 'hang', path)
    await speaks(child)
    child.kill('SIGSTOP')
    const told: Waiting[] = []
    const lock = createLock({ fs, path, timeoutMs: 1500, onWaiting: (waiting) => told.push(waiting) })
    await expect(lock.hold(async () => {})).rejects.toMatchObject({
      name: 'ContentError',
      code: 'LOCK_TIMEOUT',
      message: expect.stringMatching(
        `^process ${child.pid} on \\S+, which is stopped, has held ${path} for [0-9.]+ s without responding$`,
      ) as string,
      hint: `resume it with kill -CONT ${child.pid}, or end it with kill -KILL ${child.pid}; or wait longer with --lock-timeout (option \`lockTimeoutMs\`)`,
      facts: { path },
    })
    expect(told).toMatchObject([
      {
        pid: child.pid,
        silenceMs: undefined,
        message: `waiting for process ${child.pid}, which is stopped and has ${path}; to continue at once, resume it with kill -CONT ${child.pid}, or end it with kill -KILL ${child.pid}`,
      },
    ])
    // Whoever was behind the first one does not wait as long again.
    await expect(lock.hold(async () => {})).rejects.toMatchObject({ code: 'LOCK_TIMEOUT' })
    expect(told).toHaveLength(1)
    child.kill('SIGKILL')
    await ended(child)
    expect(await lock.hold(async () => 'in')).toBe('in')
  })

  it('that shows signs of life is waited for', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const child = await start('lock-process.ts', 'hang', path)
    await speaks(child)
    const beats = setInterval(() => void fs.touch(path).catch(() => {}), 50)
    const over = setTimeout(() => child.kill('SIGKILL'), 1500)
    expect(await createLock({ fs, path, timeoutMs: 1000 }).hold(async () => 'in')).toBe('in')
    clearInterval(beats)
    clearTimeout(over)
    await ended(child)
  })

  it('in a pid namespace of its own sees at once whether it lives', needs('unshare', root, enlarged), async () => {
    const path = join(await temporaryDirectory(), 'lock')
    const script = fileURLToPath(new URL('lock-process.ts', import.meta.url))
    const child = spawn(
      pathOf('unshare'),
      [
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        process.execPath,
        '--conditions=@lading/source',
        script,
        'hang',
        path,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await speaks(child)
    const owner = JSON.parse(await readFile(path, 'utf8')) as { pid: number; started: string }
    expect(owner.pid).toBe(1)
    const sees = nodeProcesses().findIn?.(owner.pid, owner.started) !== 'unseen'
    expect(nodeProcesses().findIn?.(owner.pid, owner.started)).toEqual(sees ? { started: owner.started } : 'unseen')
    child.kill('SIGKILL')
    await ended(child)
    // In a container of our own we see no other, and wait; then it is told.
    const { told, onWaiting } = waiter()
    expect(await createLock({ fs, path, onWaiting }).hold(async () => 'in')).toBe('in')
    expect(told).toMatchObject(sees ? [] : [{ path, pid: 1, silenceMs }])
  })

  it('that left no name is told of it, in a path that a shell takes', async () => {
    const path = join(await temporaryDirectory(), "it's mine", 'lock')
    await fs.mkdir(dirname(path), { recursive: true })
    await writeFile(path, '')
    const { told, onWaiting } = waiter()
    expect(await createLock({ fs, path, onWaiting }).hold(async () => 'in')).toBe('in')
    expect(told).toMatchObject([{ pid: undefined, host: undefined }])
    expect(told[0]?.message).toMatch(/^waiting for an unknown process, .* rm '.*it'\\''s mine\/lock'$/)
  })

  it('to be done with a download is told of it', async () => {
    const store = await temporaryDirectory()
    const { owner } = ingestLayoutOf(layoutOf(store).ingest(blob.digest))
    await fs.mkdir(dirname(owner), { recursive: true })
    await writeFile(owner, `${JSON.stringify({ ...self, pid: 7, pidNamespace: 'pid:[1]', nonce })}\n`)
    const { told, onWaiting } = waiter()
    const ingest = await createContentStore({ root: store, processes, onWaiting }).ingest(blob)
    await ingest?.close()
    expect(told).toMatchObject([{ path: owner, pid: 7 }])
  })

  it('may refuse to wait', async () => {
    const path = join(await temporaryDirectory(), 'lock')
    await writeFile(path, `${JSON.stringify({ ...self, host: 'far', boot: 'far', nonce })}\n`)
    const reason = new Error('enough')
    const lock = createLock({
      fs,
      path,
      onWaiting: () => {
        throw reason
      },
    })
    await expect(lock.hold(async () => {})).rejects.toBe(reason)
  })
})
