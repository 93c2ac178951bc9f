/** A call was made while the line was down, or the line broke before the answer came. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'

  constructor(options?: ErrorOptions) {
    super('The connection to Keyhold was lost.', options)
  }
}
