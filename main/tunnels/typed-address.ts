import { invalidField } from '../../shared/problems.ts'
import { leadsToPort, publicAddress } from './program-answers.ts'

/**
 * A public address as it is kept, of what the operator typed. `localUrl`: where the receiver listens, or null. Throws
 * INVALID_INPUT for one that has more than host, port and path, and for that of the receiver itself.
 */
export function typedAddress(text: string, localUrl: string | null): string {
  const address = publicAddress(text)
  if (address === null) {
    throw invalidField('url', 'Write the address without a user name or password, such as https://hooks.example.com.')
  }
  if (/[?#]/.test(text)) {
    throw invalidField('url', `Write the address without what stands after ? or #: ${address}.`)
  }
  if (localUrl !== null && leadsToPort(address, Number(new URL(localUrl).port))) {
    throw invalidField(
      'url',
      'This is the receiver itself, which only programs on this machine reach. Type the address that the tunnel shows.',
    )
  }
  return address
}
