import { closeSync, constants, openSync } from 'node:fs'
import { printable } from '@lading/errors'
import { at } from '../descriptors/at.ts'
import { writeAll } from '../descriptors/write-all.ts'
import type { UnpackWarning } from '../rest/do-the-rest.ts'
import { plainSystemError } from '../system-error.ts'
import type { ImageFiles } from './account-files.ts'
import { bundleParts, type BundleJob } from './bundle-job.ts'
import { runtimeConfigOf } from './runtime-config-of.ts'
import type { RuntimeConfigWarning } from './runtime-config.ts'

const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW
/** An image may have a million labels: no more than a person reads. */
const mostWarnings = 5

/** Writes `config.json` beside the tree, and returns what is left out of it. @throws RootfsError */
export async function writeRuntimeConfig(
  { directory, image, config: options }: BundleJob,
  files: ImageFiles,
): Promise<readonly UnpackWarning[]> {
  const { config, warnings } = await runtimeConfigOf(image, { ...options, rootPath: bundleParts.tree, files })
  let descriptor: number | undefined
  try {
    // The environment may contain secrets.
    descriptor = openSync(at(directory, bundleParts.config), flags, 0o600)
    writeAll(descriptor, Buffer.from(`${JSON.stringify(config, undefined, 2)}\n`), null)
  } catch (error) {
    throw plainSystemError(error, bundleParts.config)
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
  const left = warnings.length - mostWarnings
  const told = warnings.slice(0, mostWarnings).map(sentence)
  return (left > 0 ? [...told, `${left} more parts of the image are left out of ${bundleParts.config}`] : told).map(
    (message) => ({ code: 'BUNDLE', message }),
  )
}

const kinds: Readonly<Record<RuntimeConfigWarning['kind'], string>> = {
  annotation: 'label',
  environment: 'environment',
  user: 'user',
  volume: 'volume',
}

function sentence({ kind, subject, message }: RuntimeConfigWarning): string {
  // If an entry has no name, its value may be a secret.
  const shown = kind === 'environment' ? subject.slice(0, Math.max(0, subject.indexOf('='))) || 'an entry' : subject
  return `${kinds[kind]} ${JSON.stringify(printable(shown, 100))}: ${message}`
}
