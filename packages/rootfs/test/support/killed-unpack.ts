// A process that unpacks three layers to the directory it is given, over what it made there before, and kills itself at
// the call to the file system that it is told; it prints how many there were when it lives.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { unpackLayers } from '@lading/rootfs'
import { directory, file, layer, link, symlink } from './layers.ts'

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

const fine = { seconds: 1_700_000_000, nanoseconds: 5 }
await unpackLayers(
  [
    layer(
      ...Array.from({ length: 20 }, (_, index) => file(`m/${index}`, 'm')),
      directory('d/', { mode: 0o555 }),
      file('d/a', 'a', { mode: 0o4755 }),
      file('d/e/b', 'b'),
      file('gone', 'x'),
    ),
    layer(file('.wh.gone'), link('c', 'd/a'), symlink('l', 'd'), { name: 'p', type: 'fifo', mtime: fine }),
    layer(file('d/e/.wh..wh..opq'), file('d/e/f', 'f')),
  ],
  target,
  { rootless: true, overwrite: true },
)
process.stdout.write(String(calls))
