// A process that unpacks three layers to the directory it is given, over what it made there before, and kills itself at
// the call to the file system that it is told; it prints how many there were when it lives.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { unpackLayers } from '@lading/rootfs'
import { killedLayers } from './killed-layers.ts'

const [, , target = '', at = '0'] = process.argv
let calls = 0

for (const [name, call] of Object.entries(fs))
  if (name.endsWith('Sync') && typeof call === 'function')
    Object.assign(fs, {
      [name]: (...given: unknown[]): unknown => {
        if (++calls === Number(at)) process.kill(process.pid, 'SIGKILL')
        return (call as (...args: unknown[]) => unknown)(...given)
      },
    })
syncBuiltinESMExports()

await unpackLayers(killedLayers, target, { rootless: true, overwrite: true })
process.stdout.write(String(calls))
