import { atScale } from '../../../test/support/scale.ts'
import { overFetch } from './support/over-fetch.ts'

// The client's own tests once more, over the fetch transport: what it promises does not depend on undici.
overFetch.now = true
await import('./blobs.test.ts')
if (atScale(0, 1) === 1) {
  await Promise.all([
    import('./blob-sizes.test.ts'),
    import('./endpoints.test.ts'),
    import('./headers.test.ts'),
    import('./listeners.test.ts'),
    import('./manifests.test.ts'),
    import('./option-bags.test.ts'),
    import('./pull-path.test.ts'),
    import('./put-manifests.test.ts'),
    import('./redirects.test.ts'),
    import('./referrers.test.ts'),
    import('./repeating.test.ts'),
    import('./secrets.test.ts'),
    import('./tags.test.ts'),
    import('./timeouts.test.ts'),
    import('./tokens.test.ts'),
    import('./uploads.test.ts'),
    import('./warnings.test.ts'),
  ])
}
