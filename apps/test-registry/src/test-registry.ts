// For `Symbol.asyncDispose`, in projects whose `lib` has not got it.
/// <reference lib="esnext.disposable" preserve="true" />
import type { AuthOptions, AuthRule } from './auth/auth-options.ts'
import type { CertificateOptions } from './certificates/make-certificate.ts'
import type { Clock } from './clock.ts'
import type { ControlOptions } from './control/control-options.ts'
import type { Fault } from './faults/fault.ts'
import type { FaultSwitch, ListedFault } from './faults/fault-book.ts'
import type { Buildable, Built, BuiltImage, BuiltIndex, BuiltSchema1 } from './images/built.ts'
import type { Journal } from './journal/journal.ts'
import type { Profile } from './profiles/profile.ts'
import type { ProfileName } from './profiles/profiles.ts'
import type { Quirks } from './quirks.ts'
import type { QuirkChanges } from './quirks/quirk-board.ts'
import type { RateLimit } from './rate-limit.ts'
import type { RepositoryAccess } from './repository-access.ts'

export type Seedable = Buildable<BuiltImage> | Buildable<BuiltIndex> | Buildable<BuiltSchema1> | Built

export interface TestRegistryOptions {
  readonly images?: readonly Seedable[] | undefined
  readonly faults?: readonly Fault[] | undefined
  /** For everything, or a list of rules by repository. Default: none. */
  readonly auth?: AuthOptions | readonly AuthRule[] | undefined
  /** `true`: a certificate made on the spot by a CA made on the spot (`registry.ca`). Options make it a bad one. Or one of your own, in PEM. */
  readonly tls?:
    | boolean
    | Omit<CertificateOptions, 'issuer'>
    | { readonly cert: string; readonly key: string; readonly ca?: string | undefined }
    | undefined
  /** Speak only this version of TLS. */
  readonly tlsVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined
  /** With TLS: whether a client must show a certificate that the CA has signed, or is only asked for one. Default: asked where `auth` needs it. */
  readonly clientCertificates?: 'asked' | 'required' | undefined
  /** With TLS: plain http too, at the same host and port. Default false. */
  readonly alsoPlainHttp?: boolean | undefined
  /** How long a client may take for the head of a request, and for each further piece of its body. Default 60 000. */
  readonly patienceMs?: number | undefined
  /** Of each connection's bodies, in each direction. Default: as fast as it goes. */
  readonly bytesPerSecond?: number | undefined
  /** Of the bodies on all connections together, in both directions, the second origin's included. Default: as fast as it goes. */
  readonly totalBytesPerSecond?: number | undefined
  /** Before each answer. Default 0. */
  readonly latencyMs?: number | undefined
  /** Default 0: a free one. */
  readonly port?: number | undefined
  /** An address of this machine. Default 127.0.0.1. */
  readonly host?: string | undefined
  /**
   * Where contents are kept. Default: memory. A directory has an OCI image layout for each repository at the repository's
   * name: those that are there are served, and what is pushed is written there. One registry at a time.
   */
  readonly storage?: { readonly directory: string } | undefined
  /** OCI image layouts to serve, by repository: made by any tool. They are only read. */
  readonly layouts?: Readonly<Record<string, string>> | undefined
  /** A registry of the field, by name or as a value: its parts hold where the other options say nothing. */
  readonly profile?: ProfileName | Profile | undefined
  readonly rateLimit?: RateLimit | undefined
  /** Where this registry leaves the spec, or uses what it allows. */
  readonly quirks?: Quirks | undefined
  /** Whether there is a referrers API. Default true; false answers 404, as Docker Hub and GHCR do. */
  readonly referrers?: boolean | undefined
  /** The page at `/_lading/` and the API under `/_lading/api`. Default true; they answer to the registry's own host alone. */
  readonly control?: boolean | ControlOptions | undefined
  /** The most a pushed manifest may have, in bytes. Default 4 MiB. */
  readonly maxManifestBytes?: number | undefined
  /** The most a pushed blob may have, in bytes. Default 1 GiB. */
  readonly maxBlobBytes?: number | undefined
  /** The most that clients may push to a registry in memory, in bytes: 507 above. Default 4 GiB. */
  readonly maxStoredBytes?: number | undefined
  /** An upload that nobody went on with for so long, by the registry's clock, is gone. Default 3600. */
  readonly uploadExpiresInSeconds?: number | undefined
  /** Uploads that may be open at once: 429 above. Default 1000. */
  readonly maxUploads?: number | undefined
}

export interface TestRegistry {
  /** `http://127.0.0.1:40123`, without a trailing slash. */
  readonly url: string
  /** `127.0.0.1:40123`: what stands before the first slash of a reference. */
  readonly host: string
  readonly port: number
  /** The second origin, which plays the CDN. */
  readonly cdn: { readonly url: string; readonly host: string; readonly port: number }
  /** With TLS made on the spot: the CA's certificate in PEM. */
  readonly ca: string | undefined
  /**
   * With TLS made on the spot: a certificate that the registry's CA has signed for a client.
   *
   * @param commonName default `client`
   * @throws TestRegistryError `OPTION_INVALID` without such a CA
   */
  makeClientCertificate(commonName?: string): { readonly cert: string; readonly key: string }
  readonly journal: Journal
  readonly clock: Clock
  /** Puts an image or index with all that belongs to it where its name says. */
  seed<Made extends Built>(what: Buildable<Made> | Made, options?: SeedOptions): Promise<Made>
  /**
   * Serves an OCI image layout, made by any tool, as a repository: beside what is there, and only by reading it.
   *
   * @throws TestRegistryError `STORAGE_INVALID`, `NAME_INVALID`
   */
  loadLayout(directory: string, options: { readonly repository: string }): Promise<void>
  /** Contents, past HTTP: what is there, what should be, and what should not. */
  repository(name: string): RepositoryAccess
  /** Names of all repositories, sorted. */
  repositories(): readonly string[]
  /** @throws TestRegistryError `FAULT_INVALID` */
  addFault(fault: Fault): FaultSwitch
  clearFaults(): void
  faults(): readonly ListedFault[]
  /**
   * Every fault that was added, and not removed since, has changed something.
   *
   * @throws TestRegistryError `ASSERTION_FAILED`, with each that has not, and why
   */
  assertFaultsFired(): void
  /**
   * Changes quirks from the next request on; `null` takes one back to its default.
   *
   * @throws TestRegistryError `OPTION_INVALID`
   */
  setQuirks(changes: QuirkChanges): void
  quirks(): Quirks
  /** Voids every token that was issued. */
  expireTokens(): void
  /** Cuts every connection and frees the ports. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface SeedOptions {
  /** In place of the repository in the image's name. */
  readonly repository?: string | undefined
  /** In place of the tag in the name; an empty list: by digest only. */
  readonly tags?: readonly string[] | undefined
}
