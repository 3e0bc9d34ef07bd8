import type { ImageConfig } from '@lading/manifest'
import type { RuntimeConfigWarning } from './runtime-config.ts'

/** Annotations that runtimes take as instructions for the host: the publisher of an image must not set them. */
const commanding: readonly string[] = [
  'org.systemd.property.',
  'org.criu.',
  'run.oci.',
  'io.katacontainers.',
  'dev.gvisor.',
  'com.docker.runtime.',
]

/**
 * The image's labels, and further fields of its config (image-spec, conversion.md, "Annotation Fields"). A label has
 * priority over a field of the same name.
 */
export function annotationsOf(image: ImageConfig): {
  readonly annotations: Readonly<Record<string, string>>
  readonly warnings: readonly RuntimeConfigWarning[]
} {
  const { Labels = {}, StopSignal, ExposedPorts } = image.config ?? {}
  const fields: Readonly<Record<string, string | undefined>> = {
    os: image.os,
    architecture: image.architecture,
    variant: image.variant,
    'os.version': image.osVersion,
    'os.features': image.osFeatures?.join(','),
    author: image.author,
    created: image.created,
    stopSignal: StopSignal,
    exposedPorts: ExposedPorts?.join(','),
  }
  const implicit = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[`org.opencontainers.image.${name}`, value] as const],
  )
  const refused = Object.keys(Labels).flatMap((key) => refusal(key) ?? [])
  const skipped = new Set(refused.map(({ subject }) => subject))
  const labels = Object.entries(Labels).filter(([key]) => !skipped.has(key))
  return { annotations: Object.fromEntries([...implicit, ...labels]), warnings: refused }
}

function refusal(key: string): RuntimeConfigWarning | undefined {
  const why =
    key === ''
      ? 'a label without a key'
      : commanding.some((prefix) => key.startsWith(prefix))
        ? 'a label that runtimes would take for an instruction from the user'
        : undefined
  return why === undefined ? undefined : { kind: 'annotation', subject: key, message: `${why} is left out` }
}
