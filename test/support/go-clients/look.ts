import { createHash } from 'node:crypto'

const acceptAll = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  '*/*',
].join(', ')

interface Named {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly platform?: { readonly os: string; readonly architecture: string }
}

interface Document {
  readonly mediaType?: string
  readonly artifactType?: string
  readonly config?: Named
  readonly layers?: readonly Named[]
  readonly manifests?: readonly Named[]
  readonly subject?: Named
  readonly annotations?: Readonly<Record<string, string>>
}

interface Config {
  readonly architecture: string
  readonly config?: {
    readonly Labels?: Readonly<Record<string, string>>
    readonly Env?: readonly string[]
    readonly Entrypoint?: readonly string[]
  }
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

/** What a registry has, asked by plain HTTP: what a command says of itself proves nothing. */
export interface Look {
  /** Of HEAD: `name` is `t/app:1` or `t/app@sha256:…`. */
  status(name: string): Promise<number>
  manifest(name: string): Promise<{ readonly bytes: Buffer; readonly digest: string; readonly document: Document }>
  config(name: string): Promise<Config>
  blob(repository: string, digest: string): Promise<Buffer>
  tags(repository: string): Promise<readonly string[]>
}

export const digestOf = (bytes: Uint8Array, algorithm = 'sha256'): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`

export function lookAt(host: string): Look {
  const get = async (path: string, method = 'GET'): Promise<Response> =>
    await fetch(`http://${host}/v2/${path}`, { method, headers: { accept: acceptAll } })
  const read = async (path: string): Promise<Buffer> => {
    const answer = await get(path)
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`)
    return Buffer.from(await answer.arrayBuffer())
  }
  const manifestPath = (name: string): string => {
    const [, repository = '', target = ''] = /^(.+?)[:@](.+)$/.exec(name) ?? []
    return `${repository}/manifests/${target}`
  }
  const look: Look = {
    async status(name) {
      const answer = await get(manifestPath(name), 'HEAD')
      return answer.status
    },
    async manifest(name) {
      const bytes = await read(manifestPath(name))
      const algorithm = /@(sha\d+):/.exec(name)?.[1]
      return { bytes, digest: digestOf(bytes, algorithm), document: JSON.parse(bytes.toString()) as Document }
    },
    async config(name) {
      const { document } = await look.manifest(name)
      const bytes = await look.blob(name.split(/[:@]/)[0] ?? '', document.config?.digest ?? '')
      return JSON.parse(bytes.toString()) as Config
    },
    async blob(repository, digest) {
      const bytes = await read(`${repository}/blobs/${digest}`)
      if (digestOf(bytes, digest.split(':')[0]) !== digest) throw new Error(`${digest} is not what it says`)
      return bytes
    },
    async tags(repository) {
      const { tags } = JSON.parse((await read(`${repository}/tags/list`)).toString()) as { tags: string[] | null }
      return (tags ?? []).toSorted()
    },
  }
  return look
}
