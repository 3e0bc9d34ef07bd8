import { OCI_INDEX, parseContentType, schemas, type Descriptor } from '@lading/manifest'
import { RegistryError } from '../errors/registry-error.ts'
import type { ListFrame } from '../list/list-reader.ts'
import type { Site } from '../site/site.ts'
import type { Head } from '../wire/wire-request.ts'
import { badPage } from './pages.ts'
import { unknownList, type PageFormat } from './read-page.ts'

const what = 'referrers'
/** A descriptor with all its annotations and data, in UTF-16 units. */
const longestDescriptor = 1024 * 1024

export interface ReferrersListOptions {
  /** Of a list that the registry did not filter itself. */
  readonly wanted: (entry: Descriptor) => boolean
}

/**
 * The descriptors of an index that the registry makes at the moment, and nobody hashes: the JSON is read leniently, each
 * descriptor and what is around them as strictly as those of any index.
 */
export function referrersList(site: Site, { wanted }: ReferrersListOptions): PageFormat<Descriptor> {
  return {
    what,
    accept: OCI_INDEX,
    member: 'manifests',
    longestEntry: longestDescriptor,
    optional: true,
    onTooLong({ url }) {
      throw new RegistryError(
        'TOO_LARGE',
        `${url.host} lists a descriptor of more than ${longestDescriptor} characters`,
        { host: url.host, repository: site.name, expected: longestDescriptor, hint: "ask the registry's operator" },
      )
    },
    decode(texts, { headers }) {
      const { manifests } = schemas.unmarshal(
        OCI_INDEX,
        encoded(`{"schemaVersion":2,"manifests":[${texts.join(',')}]}`),
        limits,
      )
      return filtersApplied(headers).includes('artifactType') ? manifests : manifests.filter(wanted)
    },
    check(frame, head) {
      const { url, headers } = head
      if (isSomethingElse(frame, headers)) throw unknownList(site, head, what)
      const document = schemas.unmarshal(headers.get('content-type'), encoded(withoutEntries(frame)), limits)
      if (document.kind !== 'index') throw badPage(site, url, 'sent no index as the list of referrers')
    },
  }
}

/** What is read at once is no longer than a piece of the page and one descriptor. */
const limits = { maxBytes: Number.POSITIVE_INFINITY, maxManifests: Number.POSITIVE_INFINITY }

/** JSON, and nothing in it or said of it is like an index. */
const isSomethingElse = ({ list, members }: ListFrame, headers: Head['headers']): boolean =>
  list === undefined && !members.has('mediaType') && parseContentType(headers.get('content-type')) !== OCI_INDEX

/** Without members that come twice. */
const encoded = (text: string): Uint8Array => new TextEncoder().encode(JSON.stringify(JSON.parse(text)))

function withoutEntries({ list, members }: ListFrame): string {
  const written = [...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`)
  if (list !== undefined) written.push(`"manifests":${list === 'list' ? '[]' : list}`)
  return `{${written.join(',')}}`
}

const filtersApplied = (headers: Head['headers']): string[] =>
  (headers.get('oci-filters-applied') ?? '').split(',').map((filter) => filter.trim())
