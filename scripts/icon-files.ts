/** One square PNG picture and the length of its edges in pixels. */
export interface Picture {
  readonly size: number
  readonly png: Buffer
}

const ICO_HEADER = 6
const ICO_ENTRY = 16

/** A Windows icon file of PNG pictures. Pictures of more than 256 pixels do not fit the format and are refused. */
export function icoOf(pictures: readonly Picture[]): Buffer {
  const head = Buffer.alloc(ICO_HEADER + ICO_ENTRY * pictures.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(pictures.length, 4)
  let offset = head.length
  for (const [index, { size, png }] of pictures.entries()) {
    if (size > 256) throw new RangeError(`An icon file holds pictures of at most 256 pixels, not ${size}.`)
    const entry = ICO_HEADER + ICO_ENTRY * index
    // 0 stands for 256.
    head.writeUInt8(size % 256, entry)
    head.writeUInt8(size % 256, entry + 1)
    head.writeUInt16LE(1, entry + 4)
    head.writeUInt16LE(32, entry + 6)
    head.writeUInt32LE(png.length, entry + 8)
    head.writeUInt32LE(offset, entry + 12)
    offset += png.length
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)])
}

/** Type codes of an Apple icon file and the pixels of their picture; the doubled ones are for high-density screens. */
const icnsTypes: readonly (readonly [string, number])[] = [
  ['icp4', 16],
  ['ic11', 32],
  ['icp5', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1_024],
]

/** An Apple icon file. Throws if a picture of one of its sizes is missing. */
export function icnsOf(pictures: readonly Picture[]): Buffer {
  const parts = icnsTypes.map(([type, size]) => {
    const picture = pictures.find((candidate) => candidate.size === size)
    if (picture === undefined) throw new RangeError(`A picture of ${size} pixels is missing.`)
    const head = Buffer.alloc(8)
    head.write(type, 0, 'latin1')
    head.writeUInt32BE(picture.png.length + head.length, 4)
    return Buffer.concat([head, picture.png])
  })
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.write('icns', 0, 'latin1')
  head.writeUInt32BE(body.length + head.length, 4)
  return Buffer.concat([head, body])
}
