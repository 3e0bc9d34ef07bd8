import '@lading/errors/needs-node'
export type {
  AuthOptions,
  AuthRule,
  BasicOptions,
  BearerOptions,
  CertificateAuthOptions,
  SeveralOptions,
} from './auth/auth-options.ts'
export { makeCertificate, type Certificate, type CertificateOptions } from './certificates/make-certificate.ts'
export type { Clock } from './clock.ts'
export type { ControlOptions } from './control/control-options.ts'
export { TestRegistryError, type TestRegistryErrorCode } from './error.ts'
export type {
  BodyAction,
  ChallengeAction,
  FaultAction,
  HeadersAction,
  NamedAction,
  PaceAction,
  RawAction,
  RedirectAction,
  RetryTime,
  StatusAction,
} from './faults/fault-action.ts'
export type { Fault } from './faults/fault.ts'
export type { FaultSwitch, ListedFault } from './faults/fault-book.ts'
export { parseFaults } from './faults/parse-faults.ts'
export { artifact } from './images/artifact.ts'
export type {
  Buildable,
  Built,
  BuiltContent,
  BuiltImage,
  BuiltIndex,
  BuiltLayer,
  BuiltSchema1,
} from './images/built.ts'
export { compress, type LayerCompression } from './images/compress.ts'
export type {
  ArtifactDescription,
  AttestationDescription,
  BytesDescription,
  Description,
  EntryDescription,
  FileDescription,
  ImageDescription,
  IndexDescription,
  LayerDescription,
  Schema1Description,
} from './images/described/description.ts'
export { parseImages } from './images/described/parse-images.ts'
export { image, type ImageBuilder } from './images/image.ts'
export { index, type EntryOptions, type IndexBuilder } from './images/index.ts'
export type { Flavour, LayerOptions } from './images/layer.ts'
export { randomBytes } from './images/random-bytes.ts'
export { sampleImages } from './images/sample-images.ts'
export { schema1, type Schema1Builder, type Schema1LayerOptions } from './images/schema1.ts'
export { tar, type TarEntry, type TarFiles } from './images/tar.ts'
export type { Journal, JournalEntry, JournalFilter, JournalListener, JournalView } from './journal/journal.ts'
export type { Assertions } from './journal/assertions.ts'
export type { RepositoryAccess } from './repository-access.ts'
export type { RouteKind } from './route.ts'
export type { Profile } from './profiles/profile.ts'
export { profiles, type ProfileName } from './profiles/profiles.ts'
export type { LinkForm, Quirks } from './quirks.ts'
export type { QuirkChanges } from './quirks/quirk-board.ts'
export { quirkTable, type QuirkRow, type QuirkValue } from './quirks/quirk-table.ts'
export type { RateLimit } from './rate-limit.ts'
export { startTestRegistry } from './start-test-registry.ts'
export type { StoredManifest } from './state/repository-state.ts'
export type { Seedable, SeedOptions, TestRegistry, TestRegistryOptions } from './test-registry.ts'
