import type { Socket } from 'node:net'

/** The most bytes that the fields of one answer may have. Google Artifact Registry sends 21 KB. */
export const longestHead: number = 256 * 1024
/** The most lines of one answer's head: each costs more memory than its bytes. */
export const mostLines = 4096
/** The most that the heads of all connections may have together. */
const mostTogether = 32 * 1024 * 1024

/** How many bytes of heads all connections of a transport hold. */
export interface HeadBudget {
  /** False: there is no room for so many more. */
  take(bytes: number): boolean
  giveBack(bytes: number): void
}

export function createHeadBudget(most: number = mostTogether): HeadBudget {
  let taken = 0
  return {
    take(bytes) {
      taken += bytes
      return taken <= most
    },
    giveBack: (bytes) => void (taken -= bytes),
  }
}

const carriageReturn = 0x0d
const lineFeed = 0x0a
const one = 0x31
const zero = 0x30
/** `HTTP/1.1 100`: where the status stands. */
const firstDigit = 9
const lastDigit = 11

/**
 * Reads along in the heads of answers. undici takes a 100 that it did not ask for to be a broken answer, although any
 * number of interim answers may come before the final one (RFC 9110 15.2): it is shown as a 102, which undici reads past.
 * And what heads hold in memory is counted over all connections, from their first byte to the next request.
 */
export function readAlongInHeads(socket: Socket, budget: HeadBudget): void {
  let inHead = false
  /** Position in the head, from its first byte. */
  let at = 0
  let interim = false
  let hundred = false
  let lines = 0
  let blankLine = false
  let held = 0

  const beginHead = (): void => {
    inHead = true
    at = 0
    lines = 0
    blankLine = false
  }
  /** Up to the end of the final answer's head. */
  const readAlong = (chunk: Uint8Array): number => {
    for (let index = 0; index < chunk.byteLength; index++) {
      const byte = chunk[index]
      if (at === firstDigit) interim = byte === one
      else if (at === firstDigit + 1) hundred = interim && byte === zero
      else if (at === lastDigit && hundred && byte === zero) chunk[index] = zero + 2
      at++
      if (byte === lineFeed) lines++
      if (byte === lineFeed && blankLine) {
        if (!interim) {
          inHead = false
          return index + 1
        }
        beginHead()
      } else if (byte !== carriageReturn) blankLine = byte === lineFeed
    }
    return chunk.byteLength
  }
  const giveBack = (): void => {
    budget.giveBack(held)
    held = 0
  }

  const { read, write } = socket
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read.call(socket, size)
    if (inHead && chunk instanceof Uint8Array) {
      const bytes = readAlong(chunk)
      held += bytes
      const room = budget.take(bytes)
      if (at > longestHead || lines > mostLines) socket.destroy(tooMuch('the answer has'))
      else if (!room) socket.destroy(tooMuch('the answers of all connections have'))
    }
    return chunk
  }
  // With one request at a time on a connection, what comes after something was sent begins with a head.
  socket.write = (...given: unknown[]): boolean => {
    giveBack()
    beginHead()
    return Reflect.apply(write, socket, given) as boolean
  }
  socket.once('close', giveBack)
}

export function tooMuch(who: string): Error {
  return Object.assign(new Error(`${who} too many header fields`), { code: 'UND_ERR_HEADERS_OVERFLOW' })
}
