import { z } from 'zod'

/** Bytes of a row. Drivers differ: better-sqlite3 gives a Buffer, libsql an ArrayBuffer where it gives many rows. */
export const blobSchema = z
  .union([z.instanceof(Uint8Array), z.instanceof(ArrayBuffer)])
  .transform((bytes) => Buffer.from(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes))
