import { connect, createServer, type Socket } from 'node:net'
import { listen } from './http-proxy.ts'

export interface TestSocks {
  readonly host: string
  /** `host:port` as they were asked for, a name unresolved; with the user's name before it where one was given. */
  readonly asked: string[]
}

/** A SOCKS 5 proxy of the tests' own (RFC 1928, RFC 1929). Every name is 127.0.0.1 to it. */
export async function startSocks({
  user,
  password,
}: { readonly user?: string; readonly password?: string } = {}): Promise<TestSocks> {
  const asked: string[] = []
  const others = new Set<Socket>()
  const server = createServer((socket) => {
    void serve(socket, asked, others, user === undefined ? undefined : `${user}:${password}`).catch(() =>
      socket.destroy(),
    )
  })
  return { host: await listen(server, others), asked }
}

async function serve(socket: Socket, asked: string[], others: Set<Socket>, secret: string | undefined): Promise<void> {
  const read = reader(socket)
  const [, count = 0] = await read(2)
  const offered = await read(count)
  const method = secret === undefined ? 0 : 2
  if (!offered.includes(method)) {
    socket.end(Uint8Array.of(5, 0xff))
    return
  }
  socket.write(Uint8Array.of(5, method))
  let who = ''
  if (secret !== undefined) {
    const name = await read((await read(2))[1] ?? 0)
    const word = await read((await read(1))[0] ?? 0)
    const right = `${String(name)}:${String(word)}` === secret
    socket.write(Uint8Array.of(1, right ? 0 : 1))
    if (!right) {
      socket.end()
      return
    }
    who = `${String(name)}@`
  }
  const [, , , kind] = await read(4)
  const host = kind === 3 ? String(await read((await read(1))[0] ?? 0)) : (await read(kind === 1 ? 4 : 16)).join('.')
  const port = (await read(2)).readUInt16BE()
  asked.push(`${who}${host}:${port}`)
  const target = connect(port, '127.0.0.1', () => {
    // Answered with a name, whose length the client must follow.
    socket.write(Buffer.from([5, 0, 0, 3, 4, ...Buffer.from('here'), 0, 80]))
    socket.pipe(target).pipe(socket)
  })
  others.add(target)
  target.on('error', () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])))
  socket.on('close', () => target.destroy())
}

function reader(socket: Socket): (bytes: number) => Promise<Buffer> {
  return async (bytes) => {
    for (;;) {
      const chunk = (bytes === 0 ? Buffer.alloc(0) : socket.read(bytes)) as Buffer | null
      if (chunk !== null) return chunk
      await new Promise((resolve, reject) => {
        socket.once('readable', resolve)
        socket.once('close', reject)
      })
    }
  }
}
