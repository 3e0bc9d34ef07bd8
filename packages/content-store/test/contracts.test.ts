import type { BlobSink } from '@lading/content'
import { expectTypeOf, it } from 'vitest'
import type { Ingest } from '../src/index.ts'

it('an ingest is where a source sends a blob to', () => expectTypeOf<Ingest>().toExtend<BlobSink>())
