// A process that unpacks a layer's archive as whoever runs it: what a test that is root starts as somebody else.
import { readFileSync } from 'node:fs'
import { unpack } from '@lading/rootfs'
import { imageOf } from './image-of.ts'

const [, , archive = '', directory = '', given = '{}'] = process.argv
const { config, ...options } = JSON.parse(given) as { readonly config?: object }
await unpack(imageOf([readFileSync(archive)], config), directory, {
  rootless: true,
  onEvent(event) {
    if (event.type === 'warning') process.stdout.write(`${event.code} ${event.message}\n`)
  },
  ...options,
})
