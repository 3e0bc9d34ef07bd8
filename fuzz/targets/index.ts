import type { Target, WaitingTarget } from '../target.ts'
import { answer } from './answer.ts'
import { archive } from './archive.ts'
import { gzip, zstd } from './compression.ts'
import { dockerConfig, netrc } from './credentials.ts'
import { digest } from './digest.ts'
import { dockerList, dockerManifest, imageConfig, ociIndex, ociManifest } from './documents.ts'
import { contentRange, contentType, link, retryAfter, wwwAuthenticate } from './headers.ts'
import { strictJson } from './json.ts'
import { layerName } from './layer-name.ts'
import { list } from './list.ts'
import { platform } from './platform.ts'
import { pattern, reference } from './reference.ts'
import { schema1 } from './schema1.ts'
import { template } from './template.ts'
import { tar } from './tar.ts'
import { toc } from './toc.ts'

/** Every parser of bytes and text from outside. A new one gets a file here, a folder in `corpus/`, and a place in this list. */
export const targets: readonly Target[] = [
  reference,
  pattern,
  digest,
  platform,
  answer,
  wwwAuthenticate,
  link,
  contentRange,
  retryAfter,
  contentType,
  strictJson,
  list,
  ociManifest,
  dockerManifest,
  ociIndex,
  dockerList,
  imageConfig,
  schema1,
  dockerConfig,
  netrc,
  gzip,
  zstd,
  tar,
  layerName,
  toc,
  template,
]

export const waitingTargets: readonly WaitingTarget[] = [archive]
