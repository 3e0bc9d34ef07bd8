import { guardListener } from '@lading/errors'
import type { LayerBounds } from '@lading/layer-store'
import { defaultPlatform, parsePlatform, schemas, type Schemas } from '@lading/manifest'
import { isReserved, parseReference, withDefaultTag, type Reference } from '@lading/reference'
import {
  createRegistryClient,
  waitNotice,
  type ClientEvent,
  type RegistryClient,
  type RegistryClientOptions,
} from '@lading/registry-client'
import { openStore, type Overtaking, type Store, type Waiting } from '@lading/store'
import { createAdmission, createTransfers, type AdmissionOptions, type Transfers } from '@lading/transfer'
import { createEmit, type Emit } from './emit.ts'
import type { PullDocuments } from './ports.ts'
import { pull, pullAll } from './pull.ts'
import { PullError } from './pull-error.ts'
import type { PullJob } from './pull-job.ts'
import { assertNameOnly } from './pull-repository.ts'
import type { Puller, PullOptions } from './puller.ts'

export interface PullerOptions extends RegistryClientOptions, LayerBounds {
  /** Where the store is, or will be. Needed unless `store` is given. */
  readonly root?: string | undefined
  /** An open store; stays open when the puller closes. For whom it waits, it tells whoever opened it. It has bounds for layers of its own. */
  readonly store?: Store | undefined
  /** A registry client; stays open when the puller closes. The options for a client are then not looked at, and of its waits it tells whoever made it. */
  readonly client?: RegistryClient | undefined
  /** Shared transfers, so that several pullers download a common blob once; stay open when the puller closes. */
  readonly transfers?: Transfers | undefined
  /** How long another process may hold the store's lock without a sign of life, in milliseconds. Default 30 000. With `store`, that decides. */
  readonly lockTimeoutMs?: number | undefined
  /**
   * Downloads at once from each host; from all hosts four times as many. Default 3, and 8 while none of them has more than
   * 1 MiB to bring; from all hosts 32. With `admit`, that decides. With `client` and no `transfers`: downloads at once from all hosts together.
   */
  readonly jobs?: number | undefined
}

/**
 * The default wiring: the one file that knows the concrete parts.
 *
 * @throws what opening the store throws: the root is a file, may not be written, or has a newer format
 */
export async function createPuller(options: PullerOptions): Promise<Puller> {
  // Neither the store nor the client knows for which pull it waits: all that run are told.
  const emitters = new Set<Emit>()
  const onWaiting = (waiting: Waiting): void => emitters.forEach((emit) => emit({ type: 'waiting', ...waiting }))
  const store =
    options.store ??
    (await openStore({
      root: rootOf(options),
      lockTimeoutMs: options.lockTimeoutMs,
      overtaking: overtakingOf(options),
      onWaiting,
      ...boundsOf(options),
    }))
  const { jobs = defaultJobs, admit = createAdmission(placesOf(options)) } = options
  const onClientEvent = (event: ClientEvent): void => {
    options.onEvent?.(event)
    const wait = waitNotice(event)
    if (wait !== undefined) emitters.forEach((emit) => emit({ type: 'wait', ...wait }))
  }
  const client = options.client ?? createRegistryClient({ ...options, admit, onEvent: onClientEvent })
  // Our own client bounds downloads where it knows the host. A slot here would be one more, held while that host is slow.
  const transfers = options.transfers ?? createTransfers({ limit: options.client === undefined ? Infinity : jobs })
  const closing = new AbortController()

  const running = new Set<Promise<unknown>>()
  const withoutRanges = new Set<string>()

  /** Until it has ended, its lease released, the puller is not closed. */
  function run<Result>(
    reference: Reference,
    given: PullOptions,
    work: (job: PullJob) => Promise<Result>,
  ): Promise<Result> {
    const leased = runLeased(reference, given, work)
    const ended: Promise<void> = leased.then(
      () => void running.delete(ended),
      () => void running.delete(ended),
    )
    running.add(ended)
    return leased
  }

  async function runLeased<Result>(
    reference: Reference,
    given: PullOptions,
    work: (job: PullJob) => Promise<Result>,
  ): Promise<Result> {
    if (closing.signal.aborted)
      throw new PullError('PULLER_CLOSED', 'this puller is closed', {
        reference: String(reference),
        hint: 'create another one',
      })
    if (isReserved(reference))
      throw new PullError('REFERENCE_RESERVED', "'scratch' is a reserved name", {
        reference: String(reference),
        hint: 'it stands for the empty image; there is nothing to pull',
      })
    const stop = new AbortController()
    const onEvent = guardListener(given.onEvent, (error) => stop.abort(error))
    const onArriving = given.onArriving && guardListener(given.onArriving, (error) => stop.abort(error))
    const own = [closing.signal, stop.signal]
    const signal = AbortSignal.any(given.signal === undefined ? own : [given.signal, ...own])
    signal.throwIfAborted()
    const { platform } = given
    const emit = createEmit(String(reference), onEvent)
    emitters.add(emit)
    let delivery
    try {
      delivery = await store.target().begin({ signal })
      const result = await work({
        store,
        client,
        transfers,
        delivery,
        platform:
          platform === undefined
            ? defaultPlatform()
            : typeof platform === 'string'
              ? parsePlatform(platform)
              : platform,
        verify: given.verify ?? 'full',
        verifyStored: given.verifyStored ?? false,
        resume: given.resume ?? true,
        ranges: { most: given.ranges ?? 1, refused: withoutRanges },
        allowForeignUrls: given.allowForeignUrls ?? false,
        schemas: given.allowSchema1 === true ? await schemasWithSchema1(options.schemas) : undefined,
        emit,
        onArriving,
        signal,
      })
      stop.signal.throwIfAborted()
      await delivery.finish()
      return result
    } finally {
      await delivery?.abort()
      emitters.delete(emit)
    }
  }

  const close = async (): Promise<void> => {
    closing.abort(new PullError('PULLER_CLOSED', 'the puller was closed during the pull'))
    await Promise.all(running)
    if (options.transfers === undefined) await transfers.close()
    if (options.client === undefined) await client.close()
    if (options.store === undefined) await store.close()
  }

  return {
    async pull(given, pullOptions = {}) {
      const reference = withDefaultTag(toReference(given))
      return run(reference, pullOptions, (job) => pull(job, reference))
    },
    async pullAll(given, pullOptions = {}) {
      const name = toReference(given)
      assertNameOnly(name)
      return run(name, pullOptions, (job) => pullAll(job, name))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const defaultJobs = 3
/** Of small ones the time goes into waiting: for an answer, and for the disk. */
const smallJobs = { perKey: 8, upTo: 1024 * 1024 }

const placesOf = ({ jobs }: PullerOptions): AdmissionOptions =>
  jobs === undefined ? { perKey: defaultJobs, small: smallJobs, whole: 4 * smallJobs.perKey } : { perKey: jobs }

const toReference = (given: string | Reference): Reference =>
  typeof given === 'string' ? parseReference(given) : given

/** Few pulls need it, so it is loaded by them. */
async function schemasWithSchema1(base: Schemas = schemas): Promise<Schemas<PullDocuments>> {
  const { withSchema1 } = await import('@lading/manifest/schema1')
  return withSchema1(base)
}

/** Whoever may not be fast itself overtakes only what is far slower still. */
const overtakingOf = ({ limitRate }: PullerOptions): Overtaking | undefined =>
  limitRate === undefined ? undefined : { below: Math.min(1024 * 1024, limitRate / 2) }

const boundsOf = ({ maxLayerSize, maxInflationRatio, inflationFloor }: PullerOptions): LayerBounds => ({
  maxLayerSize,
  maxInflationRatio,
  inflationFloor,
})

function rootOf({ root }: PullerOptions): string {
  if (root === undefined) throw new TypeError('createPuller needs `root` or `store`')
  return root
}
