import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, lading } from './support/lading.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

describe('the process', () => {
  it.each(['--version', '-V', 'images --version'])('prints its version and nothing else for %s', async (line) => {
    expect(await lading(line.split(' '))).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('exits with the code of the command, after help and after a usage error', async () => {
    expect(await lading(['pull', '--help'])).toMatchObject({ code: 0, stderr: '' })
    expect(await lading(['pull'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "lading: missing required argument 'reference'\nhint: see 'lading pull --help'\n",
    })
  })

  it('reads the environment, and shows causes and stack with --debug, wherever that stands', async () => {
    const env = { LADING_ROOT: join(await temporaryDirectory(), 'store') }
    for (const args of [
      ['--debug', 'inspect', 'x'],
      ['inspect', 'x', '--debug'],
    ]) {
      const { code, stderr } = await lading(args, { env })
      expect(code).toBe(3)
      expect(stderr).toMatch(/\nerror: \w+ \[IMAGE_UNKNOWN\]: /)
      expect(stderr).toMatch(/^ {4}at /m)
    }
  })

  it('never takes a promise that nothing settles for success', async () => {
    const lost = `import tls from 'node:tls'; import net from 'node:net'; tls.connect = () => new net.Socket(); globalThis.setTimeout = () => ({ unref() {}, refresh() {} })`
    const node = [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(lost)}`, bin]
    const { code, stderr } = await lading(['pull', '127.0.0.1:1/x:1', '--root', await temporaryDirectory()], { node })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('lading: the process ended before it was done\n') as string,
    })
  })

  it('ends quietly when the reader of its output has gone', async () => {
    const child = spawn(process.execPath, [bin, 'pull', '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})
