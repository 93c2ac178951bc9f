import type { ReceiverStatus } from '../../shared/contract/receiver.ts'
import { client, orpc, queryClient } from '../app/api.ts'

/** What the operator can choose about the receiver. */
export interface ReceiverChoice {
  readonly enabled: boolean
  /** 0 for any free one. */
  readonly port: number
  /** Also reachable from other machines of the network. */
  readonly lan: boolean
  readonly autoCreate: boolean
}

/** What is chosen now, as far as the status says it. */
export function choiceOf({ state, port, lan, autoCreate }: ReceiverStatus): ReceiverChoice {
  return { enabled: state !== 'off', port: port ?? 0, lan, autoCreate }
}

/** Stores the choice; every page then shows the new state. Throws contract errors. */
export async function configureReceiver(choice: ReceiverChoice): Promise<ReceiverStatus> {
  const status = await client.receiver.configure(choice)
  queryClient.setQueryData(orpc.receiver.status.queryKey(), status)
  await queryClient.invalidateQueries({ queryKey: orpc.receiver.key() })
  return status
}
