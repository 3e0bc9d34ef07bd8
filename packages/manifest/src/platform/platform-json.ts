import type { JsonObject } from '../json/json-value.ts'
import type { Platform } from '../platform.ts'

/** A platform as descriptors have it in JSON (OCI image-spec, image-index.md). */
export const platformJson = ({ architecture, os, osVersion, osFeatures, variant }: Platform): JsonObject => ({
  architecture,
  os,
  ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
  ...(osFeatures === undefined ? {} : { 'os.features': osFeatures }),
  ...(variant === undefined ? {} : { variant }),
})
