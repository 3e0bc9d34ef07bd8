import type { Socket } from 'node:net'

/** So many bytes from a paused socket; what comes after them stays in it. Rejects when it ends before. */
export function readExactly(socket: Socket, bytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off('readable', look)
      socket.off('end', cut)
      socket.off('close', cut)
      socket.off('error', fail)
    }
    const fail = (error: Error): void => {
      settle()
      reject(error)
    }
    const cut = (): void => fail(new Error('the connection ended'))
    const look = (): void => {
      const chunk = socket.read(bytes) as Buffer | null
      if (chunk === null) return
      if (chunk.byteLength < bytes) {
        cut()
        return
      }
      settle()
      resolve(chunk)
    }
    socket.on('readable', look)
    socket.on('end', cut)
    socket.on('close', cut)
    socket.on('error', fail)
    look()
  })
}
