import { randomUUID } from 'node:crypto'

/** An upload session: chunks that arrived in order. */
export interface Upload {
  readonly id: string
  readonly repository: string
  readonly chunks: Uint8Array[]
  /** Bytes so far. */
  size: number
}

export interface Uploads {
  open(repository: string): Upload
  /** Only in its own repository. */
  find(repository: string, id: string): Upload | undefined
  close(id: string): void
}

export function createUploads(): Uploads {
  const open = new Map<string, Upload>()
  return {
    open(repository) {
      const upload: Upload = { id: randomUUID(), repository, chunks: [], size: 0 }
      open.set(upload.id, upload)
      return upload
    },
    find(repository, id) {
      const upload = open.get(id)
      return upload?.repository === repository ? upload : undefined
    },
    close: (id) => void open.delete(id),
  }
}
