import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { type SchemeId, schemeIds, schemes } from '../../../shared/webhook-schemes.ts'
import { client } from '../../app/api.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { OneTimeSecret } from '../../ui/one-time-secret.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'
import classes from './endpoint-panel.module.css'
import { showEndpoint } from './use-endpoints.ts'

const choices = schemeIds.filter((id) => schemes[id].canSign).map((id) => ({ value: id, label: schemes[id].name }))

interface Made {
  readonly secret: string
  readonly publicKey: string | null
}

/** Makes a secret in the form of a scheme, stores it, and shows it this once. */
export function GenerateSecretDialog({
  endpoint,
  onClose,
}: {
  readonly endpoint: Endpoint
  readonly onClose: () => void
}) {
  const [scheme, setScheme] = useState<SchemeId>(endpoint.scheme ?? 'standard-webhooks')
  const [made, setMade] = useState<Made | null>(null)
  useFocusBack()
  const make = useAction(async () => {
    const { endpoint: changed, secret, publicKey } = await client.receiver.generateSecret({ id: endpoint.id, scheme })
    setMade({ secret, publicKey })
    showEndpoint(changed)
  })
  if (made !== null) {
    return (
      <Modal
        opened
        onClose={() => undefined}
        title="The new signing secret"
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
        size="lg"
      >
        <Stack gap="md">
          {made.publicKey !== null && (
            <div>
              <Text size="sm" fw={600}>
                Public key
              </Text>
              <Text size="sm" c="dimmed" mb={4}>
                For whoever checks the signatures. It is no secret.
              </Text>
              <div className={classes.line}>
                <pre className={`keyhold-mono ${classes.lineText}`}>{made.publicKey}</pre>
                <CopyButton isIcon label="Copy the public key" text={made.publicKey} />
              </div>
            </div>
          )}
          <OneTimeSecret
            label={made.publicKey === null ? 'Signing secret, for the sender' : 'Private key, for the sender'}
            value={made.secret}
            fileName={`${endpoint.slug}-signing-secret.txt`}
            onDone={onClose}
          />
        </Stack>
      </Modal>
    )
  }
  return (
    <Modal opened onClose={onClose} title="Make a signing secret" closeOnClickOutside={!make.isPending}>
      <Stack gap="md">
        <Text size="sm">
          For a sender of your own, or one that takes a secret from you. It is stored with this endpoint beside those
          that are there, and shown once.
        </Text>
        <Select
          label="In the form of"
          data={choices}
          value={scheme}
          onChange={(value) => setScheme(schemeIds.find((id) => id === value) ?? scheme)}
          allowDeselect={false}
          searchable
        />
        <ProblemAlert error={make.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={make.isPending} onClick={() => void make.run()}>
            Make secret
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
