// Run by another Node than that of the tests: https by a leaf alone and by a chain, through either transport, and a name that
// the certificate is not for.
import { image, makeCertificate, startTestRegistry } from '@lading/test-registry'
import { createRegistryClient } from '../../src/index.ts'

const root = makeCertificate({ authority: true, commonName: 'Root' })
const middle = makeCertificate({ authority: true, commonName: 'Intermediate', issuer: root })
const alone = makeCertificate({ issuer: root, hosts: ['localhost'] })
const below = makeCertificate({ issuer: middle, hosts: ['localhost'] })
const said: string[] = []

for (const tls of [alone, { key: below.key, cert: below.cert + middle.cert }]) {
  const registry = await startTestRegistry({ tls })
  const app = await registry.seed(image('t/app:1').randomLayer(2_000_000).layer({ a: 'b' }))
  const client = createRegistryClient({ certificates: [root.cert] })
  const repository = client.repository(`localhost:${registry.port}/t/app`)
  await repository.manifests.get('1')
  for (const layer of app.layers) {
    let size = 0
    for await (const chunk of repository.blobs.open(layer.descriptor)) size += chunk.byteLength
    said.push(size === layer.descriptor.size ? 'whole' : 'cut')
  }
  await client
    .repository(`${registry.host}/t/app`)
    .manifests.get('1')
    .catch((error: unknown) =>
      said.push(String(error).includes('for another name: localhost') ? 'refused' : String(error)),
    )
  await client.close()
  await registry.close()
}
process.stdout.write(`${process.versions.node}: ${said.join(', ')}\n`)
