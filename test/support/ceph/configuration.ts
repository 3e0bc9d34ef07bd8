import { join } from 'node:path'

export type ObjectStore = 'memstore' | 'bluestore'

export interface Place {
  readonly directory: string
  readonly fsid: string
  readonly monitorPort: number
  readonly objectStore: ObjectStore
}

export const monitorAddress = ({ monitorPort }: Place): string => `v2:127.0.0.1:${monitorPort}`

export const configurationPath = ({ directory }: Pick<Place, 'directory'>): string => join(directory, 'ceph.conf')

/** A cluster of one monitor and one OSD, that knows nobody but itself and keeps every file in its directory. */
export function configuration(place: Place): string {
  const { directory, fsid, objectStore } = place
  const settings: Readonly<Record<string, string>> = {
    fsid,
    mon_host: monitorAddress(place),
    public_addr: '127.0.0.1',
    auth_cluster_required: 'none',
    auth_service_required: 'none',
    auth_client_required: 'none',
    // Without it a gateway waits for ever for keys.
    ms_mon_client_mode: 'crc',
    // A proposal waits for others for a second by default, and a start is made of dozens.
    paxos_propose_interval: '0.05',
    mon_cluster_log_to_file: 'false',
    run_dir: directory,
    crash_dir: directory,
    log_file: join(directory, '$name.log'),
    mon_data: join(directory, 'mon'),
    osd_data: join(directory, 'osd'),
    osd_objectstore: objectStore,
    memstore_device_bytes: String(4 * 2 ** 30),
    // A sparse file.
    bluestore_block_size: String(10 * 2 ** 30),
    // An OSD that was killed repeats its deferred writes when it starts, and 16.2 repeats some over newer objects (ceph/ceph pull
    // request 60753), which are lost. By default it defers small writes on disks that rotate.
    bluestore_prefer_deferred_size: '0',
    bluestore_prefer_deferred_size_hdd: '0',
    bluestore_prefer_deferred_size_ssd: '0',
    osd_pool_default_size: '1',
    osd_pool_default_min_size: '1',
    osd_pool_default_pg_num: '8',
    osd_crush_chooseleaf_type: '0',
    mon_allow_pool_size_one: 'true',
    rgw_gc_obj_min_wait: '1',
    rgw_gc_processor_period: '1',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  return ['[global]', ...lines, ''].join('\n')
}
