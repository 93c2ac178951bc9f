/** A body up to this size is always taken: nobody can shut ordinary senders out with large ones. */
const SMALL_BODY = 64 * 1024
/** Bytes per millisecond that a large body has to come with. */
const LEAST_SPEED = 10

/** A body on its way. */
export interface IncomingBody {
  /** What came so far. */
  readonly bytes: number
  /** Others need its place: it is answered and its bytes are released. */
  giveWay(): void
  /** It comes too slowly. */
  giveUp(): void
}

interface Coming {
  readonly since: number
  readonly timer: NodeJS.Timeout
}

/**
 * Bytes of bodies that are in memory. When there is no room for a large one, the large one that has been on its way for
 * the longest time gives way, unless that is a short time: then all of them come fast and the new one has to wait.
 */
export class BodyMemory {
  readonly #max: number
  readonly #windowMs: number
  /** Large ones, oldest first. */
  readonly #coming = new Map<IncomingBody, Coming>()
  #used = 0

  /** `windowMs`: a large body is slow when it was slow for so long; after half of it, it has to give way. */
  constructor(max: number, windowMs: number) {
    this.#max = max
    this.#windowMs = windowMs
  }

  /** Takes the next bytes of a body. False: there is no room for them. */
  take(body: IncomingBody, bytes: number): boolean {
    if (body.bytes + bytes > SMALL_BODY) {
      if (!this.#coming.has(body)) this.#watch(body)
      if (this.#used + bytes > this.#max) this.#makeRoom(body)
      if (this.#used + bytes > this.#max) return false
    }
    this.#used += bytes
    return true
  }

  /** Nothing more comes of it. What came stays in memory until it is released. */
  ended(body: IncomingBody): void {
    const coming = this.#coming.get(body)
    if (coming === undefined) return
    clearInterval(coming.timer)
    this.#coming.delete(body)
  }

  release(bytes: number): void {
    this.#used -= bytes
  }

  #makeRoom(forBody: IncomingBody): void {
    for (const [body, { since }] of this.#coming) {
      const isOld = performance.now() - since > this.#windowMs / 2
      if (isOld && body !== forBody) body.giveWay()
      return
    }
  }

  #watch(body: IncomingBody): void {
    let before = body.bytes
    const timer = setInterval(() => {
      if (body.bytes - before < this.#windowMs * LEAST_SPEED) body.giveUp()
      before = body.bytes
    }, this.#windowMs)
    this.#coming.set(body, { since: performance.now(), timer })
  }
}
