import { image, startTestRegistry, type TestRegistry } from '@lading/test-registry'

/** `acme/app:1.4`, 27 MB in four layers, at a registry on loopback that sends 3 MB a second on each connection. */
export async function startScene(): Promise<TestRegistry> {
  const registry = await startTestRegistry({ bytesPerSecond: 3_000_000 })
  await registry.seed(
    image('acme/app:1.4')
      .randomLayer(9_000_000, { seed: 1 })
      .randomLayer(14_000_000, { seed: 2 })
      .layer({ 'etc/': '', 'etc/motd': 'Hello from acme/app 1.4\n' })
      .randomLayer(4_000_000, { seed: 3 }),
  )
  return registry
}
