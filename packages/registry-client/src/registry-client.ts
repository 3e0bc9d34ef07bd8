import type { AbortOptions } from '@lading/clock'
import type { Digest } from '@lading/digest'
import type { Descriptor, Manifest, Schemas, StandardDocuments } from '@lading/manifest'
import type { Reference } from '@lading/reference'
import type { BlobSink, BlobSource, Source, Target } from '@lading/content'
import type { Credential } from './credential.ts'
import type { EndpointEvent } from './client-event.ts'
import type { Endpoint, ExplainedEndpoint, HostRule } from './endpoint/endpoint.ts'
import type { PassedOver } from './endpoint/hosts.ts'
import type { RateLimit } from './headers/rate-limit.ts'

/** Of what moves a blob's bytes. */
export interface AdmittedOptions extends AbortOptions {
  /** Called each time that the request has to wait for a place (`admit` of the client). */
  readonly onWait?: (() => void) | undefined
}

export interface RegistryClient {
  /**
   * The endpoints of a domain (text) or of one reference in the order to try them: mirrors, https, http where allowed
   *, or what `hosts` says. Only a reference can be blocked or rewritten by its repository's name.
   *
   * @throws RegistryError `HOST_BLOCKED`, `TARGET_INVALID`
   */
  endpoints(target: string | Reference): readonly Endpoint[]
  /**
   * The same, with who says so: for each endpoint what it would now be asked for and why not for the rest, and what the
   * files name and this target does not use. This is the decision of each operation, not another one that is like it.
   *
   * @throws RegistryError `TARGET_INVALID`; a block is told, not thrown
   */
  explain(target: string | Reference): ExplainedTarget
  /** True once TLS was seen at `host` (a success or a refused certificate): plain http is then refused there. */
  tlsSeen(host: string): boolean
  /**
   * A repository. For each of its operations, endpoints are tried in order until one serves; what was learned of them is
   * kept as long as the object is. `endpoint`: that one alone. `schemas`: the manifests that are asked for and decoded, in
   * place of the client's. `onEvent`: told which endpoint is asked, and why another one is; what it throws: as the client's `onEvent`.
   *
   * @throws RegistryError `HOST_BLOCKED`, `TARGET_INVALID`
   */
  repository<Known = StandardDocuments>(
    name: string | Reference,
    options?: {
      readonly endpoint?: Endpoint | undefined
      readonly schemas?: Schemas<Known> | undefined
      readonly onEvent?: ((event: EndpointEvent) => void) | undefined
    },
  ): Repository<Known[keyof Known]>
  /**
   * Every repository of a registry, page after page, where it lists them (Docker's `_catalog`): paths without the host.
   * `maxPages`: default no bound.
   */
  catalog(
    host: string,
    options?: AbortOptions & { readonly pageSize?: number | undefined; readonly maxPages?: number | undefined },
  ): AsyncIterable<string>
  /** Whether a registry knows somebody, found out at `GET /v2/` without a repository. @throws `UNAUTHORIZED` when it does not */
  signIn(host: string, options?: SignInOptions): Promise<SignIn>
  /** What a host (`registry-1.docker.io`) last said of the requests that it still allows; `undefined`: nothing. */
  rateLimit(host: string): RateLimit | undefined
  close(): Promise<void>
}

export interface ExplainedTarget {
  /** In the order to try them; none where it is blocked. */
  readonly endpoints: readonly ExplainedEndpoint[]
  readonly passedOver: readonly PassedOver[]
  /** Who says that it may not be reached. */
  readonly blocked?: HostRule | undefined
}

export interface Repository<Document = Manifest> {
  /** `docker.io/library/alpine`. */
  readonly name: string
  readonly manifests: {
    /**
     * What a tag or digest points to, without its bytes; by GET where HEAD is refused or does not say enough. A 404 is
     * believed where a GET said the same before, or a HEAD found something. `thenGet`: the caller goes on with `get`
     * itself; then this is `undefined` instead, and an error only for `TOO_MANY_REQUESTS` and what is wrong.
     */
    head(
      target: string,
      options?: AbortOptions & { readonly thenGet?: boolean | undefined },
    ): Promise<Descriptor | undefined>
    /** The manifest's exact bytes, verified when asked for by digest, and their typed view. `notModified` only with `ifNoneMatch`. */
    get(target: string, options?: AbortOptions): Promise<FetchedManifest<Document>>
    getIfChanged(
      target: string,
      knownDigest: string,
      options?: AbortOptions,
    ): Promise<FetchedManifest<Document> | 'not-modified'>
    /**
     * Stores these very bytes under a tag or their digest. Where the manifest has a `subject` and the registry keeps no
     * referrers itself, the list under the fallback tag is kept too. Repeated: the same bytes change nothing.
     *
     * `mediaType`: default the document's own. `tags`: beside `target`, in as few requests as the registry allows.
     *
     * @throws `DIGEST_MISMATCH`, `OPTION_INVALID`, `REFERRERS_INVALID`, `REFERRERS_CONFLICT`
     */
    put(
      target: string,
      bytes: Uint8Array,
      options?: AbortOptions & {
        readonly mediaType?: string | undefined
        readonly tags?: readonly string[] | undefined
      },
    ): Promise<PushedManifest>
    /**
     * Deletes by digest, which takes the tags that point there with it, or by tag. Registries differ in what a tag's
     * deletion does: some drop the tag alone, some the manifest with all its tags. Repeated: what is not there after an
     * answer was lost counts as deleted.
     *
     * @throws `UNSUPPORTED` where deletion is off; `MANIFEST_UNKNOWN`
     */
    delete(target: string, options?: AbortOptions): Promise<void>
  }
  readonly blobs: {
    /** Throws at the end unless size and digest are right. */
    open(descriptor: Descriptor, options?: AbortOptions): AsyncIterable<Uint8Array>
    /** A small blob, whole and verified. @throws `TOO_LARGE` above `maxBytes`, default 4 MiB. */
    read(
      descriptor: Descriptor,
      options?: AbortOptions & { readonly maxBytes?: number | undefined },
    ): Promise<Uint8Array>
    /** Whether a blob is there, and its size, for whoever has no descriptor of it. `undefined`: the registry does not say how large it is. @throws `BLOB_UNKNOWN` */
    head(digest: Digest, options?: AbortOptions): Promise<BlobSize | undefined>
    /** The short way: each socket chunk straight to the sink, from `sink.offset`. Does not verify the digest: the sink does. Never repeats. */
    fetch(descriptor: Descriptor, sink: BlobSink, options?: AdmittedOptions): Promise<void>
    /**
     * A layer's `urls` entry: no credentials, same sink, no other endpoint. The caller decided that it may be followed; the
     * origin policy holds what it may lead to, by the endpoint that gave the manifest.
     */
    fetchForeign(url: string, descriptor: Descriptor, sink: BlobSink, options?: AdmittedOptions): Promise<void>
    /**
     * Brings a blob of known digest and size, in one attempt. The source's bytes are hashed on the way: nothing else is
     * ever stored. What fails is cancelled at the registry. To go on after a failure with what the registry has is what
     * `target()` is for, and `uploadBlob` of `@lading/distribution`, which repeats.
     *
     * `chunkSize` in bytes: several requests, for registries behind proxies that limit the size of one. `mount`: see
     * `mount`, tried first. Ask `head` before, when the blob may be there.
     *
     * @throws `DIGEST_MISMATCH`, `SIZE_MISMATCH` of the source; `UPLOAD_FAILED`, `ORIGIN_REFUSED`, SourceError
     */
    upload(descriptor: Descriptor, source: BlobSource, options?: UploadOptions): Promise<{ readonly mounted: boolean }>
    /** Takes a blob from another repository of the registry, without `from` from any. False: the registry would rather have it uploaded. */
    mount(digest: Digest, options?: AbortOptions & { readonly from?: string | undefined }): Promise<boolean>
    /** Repeated, as `manifests.delete`. @throws `UNSUPPORTED` where deletion is off; `BLOB_UNKNOWN` */
    delete(digest: Digest, options?: AbortOptions): Promise<void>
  }
  /**
   * Every tag, page after page, while they come and in bounded memory. Nothing is given twice: a page that breaks off is
   * asked for again, and goes on behind what was given.
   *
   * @throws `LIST_CHANGED` when it then begins in another way; `NAME_UNKNOWN`
   */
  tags(
    options?: AbortOptions & {
      readonly pageSize?: number | undefined
      /** Those after this one, in the registry's order. Registries that do not know `last` begin with the first one. */
      readonly last?: string | undefined
      readonly maxPages?: number | undefined
    },
  ): AsyncIterable<string>
  /**
   * What refers to a manifest: signatures, SBOMs and the like, by the registry's API or the fallback tag. Nothing for a
   * digest that nobody refers to. `artifactType`: only those of this type. `maxPages`: default no bound.
   *
   * @throws `REFERRERS_INVALID`, `NAME_UNKNOWN`
   */
  referrers(
    digest: Digest,
    options?: AbortOptions & { readonly artifactType?: string | undefined; readonly maxPages?: number | undefined },
  ): AsyncIterable<Descriptor>
  /**
   * What came for this tag or digest was found wrong or of no use by whoever looked into it. If a mirror gave it, that
   * mirror is not asked for it again, nor for content. True: another endpoint is left to ask, and listeners are told the
   * reason. False: what came stands.
   */
  distrust(target: string, reason: unknown): boolean
  /**
   * The same repository for one tag, with the endpoints that are tried for it. Nothing that was learned of other tags is
   * held against a mirror; which of the domain's own endpoints answers is still known.
   */
  tagged(tag: string): Repository<Document>
  /** What the host that answered last said of the requests that it still allows; `undefined`: nothing. */
  rateLimit(): (RateLimit & { readonly host: string }) | undefined
  /** The repository as a place that content comes from; its names are its tags. */
  source(): Source
  /**
   * The repository as a place that content goes to; its names are its tags. Each receiver makes one attempt, as a request
   * whose body is what is written. `chunkSize` in bytes: several requests, for registries behind proxies that limit the
   * size of one.
   *
   * @throws `OPTION_INVALID`
   */
  target(options?: { readonly chunkSize?: number | undefined }): Target
}

export interface UploadOptions extends AbortOptions {
  /** In bytes: a request for each so many, or for as many as the registry wants at least. Default: one request for all. */
  readonly chunkSize?: number | undefined
  /** Try to mount the blob first: from that repository of the registry, or with `{}` from any. */
  readonly mount?: { readonly from?: string | undefined } | undefined
  /** Told how many bytes were taken: sent, but for the last ones, which go when the digest is right. What it throws ends the upload. */
  readonly onProgress?: ((sent: number) => void) | undefined
}

export interface PushedManifest {
  readonly descriptor: Descriptor
  /** What it refers to. */
  readonly subject: Digest | undefined
  /** Who lists it as a referrer of its subject: the registry (it said `OCI-Subject`), or the fallback tag, which was kept. */
  readonly referrers: 'registry' | 'fallback-tag' | undefined
}

export interface BlobSize {
  readonly digest: Digest
  /** As the registry says, in bytes; verified when the blob is fetched. */
  readonly size: number
}

export interface FetchedManifest<Document = Manifest> {
  readonly manifest: Document
  /** Exactly the registry's bytes. */
  readonly bytes: Uint8Array
  /** Digest and size are of what a digest is over: of a signed schema 1 manifest, its payload. */
  readonly descriptor: Descriptor
}

/** How a registry took a credential. A refusal is an error. */
export interface SignIn {
  /**
   * - `accepted`: it was shown, and it is good.
   * - `not-asked`: the registry lets everybody in at `/v2/` and asked for nothing, so that nothing is known.
   * - `anonymous`: there was nothing to show, and the registry has access for nobody in particular.
   * - `withheld`: the token server is on another host that may not see it (`allowRealms`); nothing was shown to anybody.
   */
  readonly outcome: 'accepted' | 'not-asked' | 'anonymous' | 'withheld'
  readonly endpoint: Endpoint
  readonly scheme: 'none' | 'basic' | 'bearer'
  /** The token server of `bearer`, `host` or `host:port`. */
  readonly realm: string | undefined
  /** The token server put this in place of the identity token that was shown, which may be void now: keep this one. A secret. */
  readonly renewed?: Credential | undefined
}

export interface SignInOptions extends AbortOptions {
  /** Default: nobody. The client's own `credentials` are not asked. */
  readonly credential?: Credential | undefined
}
