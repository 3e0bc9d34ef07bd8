import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below what systems hand out to whoever asks for any port: a test beside this one cannot get it before the program does. */
const [first, end] = [20_000, 32_000]

/** A port of loopback where nobody listens, or for a program that cannot say which one it took. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(first, end)
    if (await canListen(port)) return port
  }
}

function canListen(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
