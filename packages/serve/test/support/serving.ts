// A server in a process of its own, to be killed or measured: node serving.ts <root> <host of the upstream>. Prints its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRegistryClient } from '@lading/registry-client'
import { openStore } from '@lading/store'
import { createDownloads, createServe, registryUpstream } from '../../src/index.ts'
import { contentOf } from './content-of.ts'

const [, , root = '', host = ''] = process.argv
const store = await openStore({ root, workers: 0 })
const content = contentOf(store)
const downloads = createDownloads({ content, lingerMs: 500 })
const serve = createServe({
  upstreams: [registryUpstream(createRegistryClient(), { host })],
  defaultUpstream: host,
  content,
  records: store.served,
  downloads,
})
const server = createServer((request, response) => void serve.handle(request, response))
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
