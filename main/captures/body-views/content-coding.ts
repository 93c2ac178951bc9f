import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/** Bytes a body may unpack to. A bomb stops here. */
export const MAX_UNPACKED = 32 * 1024 * 1024
/** No honest sender packs more often. */
const MAX_CODINGS = 4

export interface Unpacked {
  readonly bytes: Uint8Array
  /** The codings that were taken off, as the header names them, or null. */
  readonly decodedFrom: string | null
  /** Why it is shown packed or only in part; a sentence, or null. */
  readonly problem: string | null
}

interface Manner {
  /** Bytes it may unpack to. */
  readonly most: number
  readonly partly: boolean
}

type Unpack = (bytes: Uint8Array, manner: Manner) => Buffer

const zlibOptions = ({ most, partly }: Manner) => ({
  maxOutputLength: most,
  ...(partly ? { finishFlush: constants.Z_SYNC_FLUSH } : {}),
})
const brotliOptions = ({ most, partly }: Manner) => ({
  maxOutputLength: most,
  ...(partly ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {}),
})

const unpackers: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', (bytes, manner) => gunzipSync(bytes, zlibOptions(manner))],
  ['x-gzip', (bytes, manner) => gunzipSync(bytes, zlibOptions(manner))],
  ['deflate', (bytes, manner) => inflate(bytes, manner)],
  ['br', (bytes, manner) => brotliDecompressSync(bytes, brotliOptions(manner))],
])

/**
 * Takes the codings of a Content-Encoding off, last one first. Where that fails, or it would become more than `most`
 * bytes, the bytes are given back as they came.
 */
export function unpack(body: Uint8Array, contentEncoding: string | null, most = MAX_UNPACKED): Unpacked {
  const codings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const packed = (problem: string): Unpacked => ({ bytes: body, decodedFrom: null, problem })
  if (codings.length > MAX_CODINGS)
    return packed('It is packed more often than is taken apart; it is shown as it came.')
  let bytes = body
  let problem: string | null = null
  for (const coding of codings.toReversed()) {
    const unpacker = unpackers.get(coding)
    if (unpacker === undefined) {
      return packed(`The content encoding "${coding.slice(0, 40)}" is not known here; it is shown as it came.`)
    }
    const result = tryUnpack(unpacker, bytes, coding, most)
    if (typeof result === 'string') return packed(result)
    bytes = result.bytes
    problem ??= result.problem
  }
  return { bytes, decodedFrom: codings.length === 0 ? null : codings.join(', '), problem }
}

/** The bytes, or why not. Data that only ends too early is shown as far as it goes. */
function tryUnpack(unpacker: Unpack, bytes: Uint8Array, coding: string, most: number): Unpacked | string {
  try {
    return { bytes: unpacker(bytes, { most, partly: false }), decodedFrom: coding, problem: null }
  } catch (error) {
    if (isCode(error, 'ERR_BUFFER_TOO_LARGE')) {
      return `It unpacks to more than ${most / 1024 / 1024} MB; it is shown packed, as it came.`
    }
  }
  try {
    const part = unpacker(bytes, { most, partly: true })
    if (part.length > 0) return { bytes: part, decodedFrom: coding, problem: 'The packed data ends too early.' }
  } catch {
    // Not even the beginning can be read.
  }
  return `It says to be packed with ${coding}, but cannot be unpacked; it is shown as it came.`
}

/** Senders use both forms under this name: with the zlib frame, as RFC 9110 says, and without. */
function inflate(bytes: Uint8Array, manner: Manner): Buffer {
  try {
    return inflateSync(bytes, zlibOptions(manner))
  } catch (error) {
    if (isCode(error, 'ERR_BUFFER_TOO_LARGE') || !isCode(error, 'Z_DATA_ERROR')) throw error
    return inflateRawSync(bytes, zlibOptions(manner))
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
