import { Alert, NumberInput, Switch } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import type { ReceiverStatus } from '../../../shared/contract/receiver.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { choiceOf, configureReceiver } from '../../parts/receiver-config.ts'
import { notifyDone } from '../../ui/notify.ts'
import { numberBetween } from '../../ui/number-between.ts'
import { EditDialog } from './edit-dialog.tsx'
import type { Typed } from './forms-model.ts'

const MAX_PORT = 65_535

export interface ReceiverDialogProps {
  readonly status: ReceiverStatus
  readonly onClose: () => void
}

/** Whether and where the receiver listens. */
export function ReceiverDialog({ status, onClose }: ReceiverDialogProps) {
  const [before] = useState(() => choiceOf(status))
  const [enabled, setEnabled] = useState(before.enabled)
  const [port, setPort] = useState<Typed>(before.port)
  const [lan, setLan] = useState(before.lan)
  const [autoCreate, setAutoCreate] = useState(before.autoCreate)
  const save = async () => {
    const number = numberBetween(port, 0, MAX_PORT)
    if (number === null) {
      return { port: `Give a port from 1 to ${MAX_PORT}, usually ${receiverLimits.port}, or 0 for any that is free.` }
    }
    await configureReceiver({ enabled, port: number, lan, autoCreate })
    notifyDone(enabled ? 'The settings of the receiver are saved.' : 'The receiver is turned off.')
    return null
  }
  return (
    <EditDialog title="Receiver settings" size="md" fields={['port']} onSave={save} onClose={onClose}>
      {({ messages, touched }) => (
        <>
          <Switch
            label="Receive webhooks"
            description="Also while the window is closed, as long as Keyhold runs."
            checked={enabled}
            onChange={(event) => {
              setEnabled(event.currentTarget.checked)
              touched()
            }}
          />
          <NumberInput
            label="Port"
            description={
              port === before.port
                ? `${receiverLimits.port} unless another program has it. 0 takes any that is free.`
                : 'The addresses of all endpoints change with it. Give senders and tunnels the new one.'
            }
            maw={320}
            min={0}
            max={MAX_PORT}
            clampBehavior="none"
            allowDecimal={false}
            value={port}
            onChange={(value) => {
              setPort(value)
              touched('port')
            }}
            error={messages.port}
          />
          <Switch
            label="Make endpoints by themselves"
            description="A request for an address that does not exist makes an endpoint of that name, instead of getting 404."
            checked={autoCreate}
            onChange={(event) => {
              setAutoCreate(event.currentTarget.checked)
              touched()
            }}
          />
          <Switch
            label="Reachable from the network"
            description="Other machines can send to the endpoints. A tunnel does not need this."
            checked={lan}
            onChange={(event) => {
              setLan(event.currentTarget.checked)
              touched()
            }}
          />
          {lan && (
            <Alert
              color="orange"
              icon={<IconAlertTriangle aria-hidden />}
              title="Everybody in this network can send here"
            >
              There is no password: who knows or guesses an address can fill the disk with requests. Turn this on only
              in a network that you trust, and for as long as it is needed.
            </Alert>
          )}
        </>
      )}
    </EditDialog>
  )
}
