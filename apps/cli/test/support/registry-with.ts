import { startTestRegistry, type Seedable, type TestRegistry, type TestRegistryOptions } from '@lading/test-registry'
import { onTestFinished } from 'vitest'

/** A registry for one test, closed after it. */
export async function registryWith(
  images: readonly Seedable[] = [],
  options: TestRegistryOptions = {},
): Promise<TestRegistry> {
  const registry = await startTestRegistry({ ...options, images })
  onTestFinished(() => registry.close())
  return registry
}
