// A process that unpacks a layer's archive as a bundle, as whoever runs it: what a test that is root starts as somebody else.
import { readFileSync } from 'node:fs'
import { unpack } from '@lading/rootfs'
import { imageOf } from '../support/image-of.ts'

const [, , archive = '', directory = '', config = '{}'] = process.argv
const onEvent = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`)
await unpack(imageOf([readFileSync(archive)], JSON.parse(config) as object), directory, {
  bundle: true,
  rootless: true,
  onEvent,
})
