// Loaded before a command line (`--import`): the process ends itself with SIGKILL before the Nth call that changes the disk,
// LADING_TEST_KILL_AT, and of a write when half of it is written. With 0 it says at its end how many there were, in the file
// LADING_TEST_KILL_COUNT.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type Call = (...args: unknown[]) => unknown

const killAt = Number(process.env['LADING_TEST_KILL_AT'])
let count = 0

const changing = ['mkdir', 'rename', 'link', 'unlink', 'rm', 'rmdir', 'chmod', 'utimes', 'truncate']
const ofDescriptors = ['fsync', 'fdatasync', 'ftruncate', 'futimes']
const ofHandles = ['sync', 'datasync', 'truncate']

function before(target: object, name: string, half: (args: readonly unknown[]) => void = () => {}): void {
  const method = Reflect.get(target, name) as Call
  Reflect.set(target, name, function (this: unknown, ...args: unknown[]) {
    if (++count === killAt) {
      half(args)
      process.kill(process.pid, 'SIGKILL')
    }
    return method.apply(this, args)
  })
}

const { writeSync } = fs
/** `write(fd, buffer, offset, length, position)`, or `write` of a handle with its descriptor in front. */
function writeHalf(args: readonly unknown[]): void {
  const [descriptor, bytes, offset = 0, length, position] = args as [number, unknown, number?, number?, number?]
  const parts = (Array.isArray(bytes) ? bytes : [bytes]) as readonly Uint8Array[]
  const whole = Buffer.concat(parts).subarray(offset, length === undefined ? undefined : offset + length)
  writeSync(descriptor, whole.subarray(0, whole.byteLength >> 1), 0, whole.byteLength >> 1, position ?? null)
}

for (const name of changing) {
  before(fs, name)
  before(fs.promises, name)
}
for (const name of ofDescriptors) before(fs, name)
before(fs, 'write', writeHalf)
before(fs, 'writev', ([descriptor, parts, position]) => writeHalf([descriptor, parts, 0, undefined, position]))

const handle = await fs.promises.open(process.execPath)
const methods = Object.getPrototypeOf(handle) as object
await handle.close()
for (const name of ofHandles) before(methods, name)
const write = Reflect.get(methods, 'write') as Call
Reflect.set(methods, 'write', function (this: fs.promises.FileHandle, ...args: unknown[]) {
  if (++count === killAt) {
    writeHalf([this.fd, ...args])
    process.kill(process.pid, 'SIGKILL')
  }
  return write.apply(this, args)
})
syncBuiltinESMExports()

process.on('exit', () => {
  const file = process.env['LADING_TEST_KILL_COUNT']
  if (killAt === 0 && file !== undefined) fs.writeFileSync(file, String(count))
})
