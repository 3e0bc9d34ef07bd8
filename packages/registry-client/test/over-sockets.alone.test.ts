import { atScale } from '../../../test/support/scale.ts'
import { overSockets } from './support/over-sockets.ts'

// The client's own tests once more, with every GET and HEAD over sockets of ours: faults, refusals, and what must not leak.
overSockets.now = true
await import('./blobs.test.ts')
if (atScale(0, 1) === 1) {
  await Promise.all([
    import('./admission.test.ts'),
    import('./advisories-names.test.ts'),
    import('./advisories-network.test.ts'),
    import('./advisories.test.ts'),
    import('./answer-heads.test.ts'),
    import('./blob-sizes.test.ts'),
    import('./canaries.test.ts'),
    import('./certificate-errors.test.ts'),
    import('./chunk-path.test.ts'),
    import('./client-certificates.test.ts'),
    import('./connections.test.ts'),
    import('./content-coding.test.ts'),
    import('./endpoint-loop.test.ts'),
    import('./head-refused.test.ts'),
    import('./headers.test.ts'),
    import('./host-gate.test.ts'),
    import('./limit-rate.test.ts'),
    import('./listeners.test.ts'),
    import('./manifests.test.ts'),
    import('./mirror-breaker.test.ts'),
    import('./origin-matrix.test.ts'),
    import('./proxies.test.ts'),
    import('./pull-path.test.ts'),
    import('./quirks.test.ts'),
    import('./redirects.test.ts'),
    import('./refusals.test.ts'),
    import('./repeating.test.ts'),
    import('./resolved-addresses.test.ts'),
    import('./secrets.test.ts'),
    import('./signed-urls.test.ts'),
    import('./tags.test.ts'),
    import('./timeouts.test.ts'),
    import('./tls.test.ts'),
    import('./tokens.test.ts'),
    import('./unchallenged.test.ts'),
  ])
}
