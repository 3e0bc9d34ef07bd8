// A process that unpacks a layer's archive as an ordinary user. Started by root it becomes one when its modules are loaded:
// this directory may be closed to others.
import { readFileSync } from 'node:fs'
import { unpack } from '@lading/rootfs'
import { imageOf } from './image-of.ts'

const [, , archive = '', directory = '', user = '', given = '{}'] = process.argv
if (user !== '') {
  process.setgroups?.([])
  process.setgid?.(Number(user))
  process.setuid?.(Number(user))
}
const { config, ...options } = JSON.parse(given) as { readonly config?: object }
await unpack(imageOf([readFileSync(archive)], config), directory, {
  rootless: true,
  onEvent(event) {
    if (event.type === 'warning') process.stdout.write(`${event.code} ${event.message}\n`)
  },
  ...options,
})
