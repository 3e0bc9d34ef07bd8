import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { atScale } from '../../../test/support/scale.ts'
import { bin, compiled } from './support/lading.ts'

async function serve(handler: (response: ServerResponse) => void | Promise<void>): Promise<string> {
  const server = createServer((_request, response) => void handler(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** One page with so many names of 60 characters, made while it is sent. */
async function sendPage(response: ServerResponse, member: string, count: number): Promise<void> {
  response.write(`{"name":"a","${member}":[`)
  for (let nth = 0; nth < count;) {
    const names: string[] = []
    for (; names.length < 1000 && nth < count; nth++) names.push(`"${String(nth).padStart(60, 'x')}"`)
    if (!response.write(names.join(',') + (nth < count ? ',' : ''))) await once(response, 'drain')
  }
  response.end(']}')
}

describe('lists of any length', () => {
  const lists: [string, [command: string, path: string, ...flags: string[]]][] = [
    ['tags', ['tags', '/a', '--json']],
    ['tags', ['tags', '/a']],
    ['catalog', ['catalog', '']],
  ]
  it.each(lists.slice(0, atScale(1, 3)))(
    'are printed by %s in little memory',
    async (member, [command, path, ...flags]) => {
      const count = atScale(30_000, 1_200_000)
      const host = await serve((response) => sendPage(response, member === 'tags' ? 'tags' : 'repositories', count))
      const child = spawn(process.execPath, ['--max-old-space-size=48', bin, command, host + path, ...flags], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...compiled, LADING_HOSTS: 'off', DOCKER_CONFIG: '/none' },
      })
      let length = 0
      child.stdout.on('data', (chunk: Buffer) => (length += chunk.byteLength))
      const [code] = (await once(child, 'close')) as [number]
      // As JSON an entry has four blanks, two quotes and a comma beside its 60 letters and the end of its line.
      const head = flags.length === 0 ? 0 : `{\n  "repository": "${host}/a",\n  "tags": [\n  ]\n}\n`.length - 1
      expect({ code, length }).toEqual({ code: 0, length: head + count * (flags.length === 0 ? 61 : 68) })
    },
  )

  it('are printed while they come, and end with an error when they break off', async () => {
    let hangUp = (): void => undefined
    const page = JSON.stringify({ tags: Array.from({ length: 20_000 }, (_, nth) => `tag-${nth}`) })
    let requests = 0
    const host = await serve((response) => {
      requests += 1
      if (requests > 1) {
        response.writeHead(404).end()
        return
      }
      response.writeHead(200, { 'content-length': String(page.length) })
      response.write(page.slice(0, -1000))
      hangUp = () => response.destroy()
    })
    const child = spawn(process.execPath, [bin, 'tags', `${host}/a`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...compiled, LADING_HOSTS: 'off', DOCKER_CONFIG: '/none' },
    })
    let lines = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      lines += text
      if (lines.includes('tag-15000\n')) hangUp()
    })
    const [code] = (await once(child, 'close')) as [number]
    expect(code).not.toBe(0)
    expect(lines.split('\n').slice(0, 3)).toEqual(['tag-0', 'tag-1', 'tag-2'])
  })
})
