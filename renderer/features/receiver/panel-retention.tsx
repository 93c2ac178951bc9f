import { Button, Group, NumberInput, Stack, Text } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { bytesText } from '../../ui/amounts.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { numberBetween } from '../../ui/number-between.ts'
import { EditDialog } from './edit-dialog.tsx'
import { numberOf, type Typed } from './forms-model.ts'
import { updateEndpoint } from './use-endpoints.ts'

const MEGABYTE = 1_048_576
const MAX_COUNT = 100_000_000
const MAX_DAYS = 3_650

/** How much is kept. */
export function PanelRetention({ endpoint }: { readonly endpoint: Endpoint }) {
  const [isEditing, setEditing] = useState(false)
  const { maxCount, maxAgeDays, maxBytes } = endpoint.retention
  return (
    <Stack gap="sm">
      <Facts>
        <Fact label="At most">{maxCount === null ? 'Any number' : countOf(maxCount, 'request')}</Fact>
        <Fact label="For">{maxAgeDays === null ? 'Any time' : countOf(maxAgeDays, 'day')}</Fact>
        <Fact label="Up to">{maxBytes === null ? 'Any size' : bytesText(maxBytes)}</Fact>
      </Facts>
      <Text size="sm" c="dimmed">
        The oldest go first. Pinned requests stay, whatever is set here.
      </Text>
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={() => setEditing(true)}
        >
          Change what is kept
        </Button>
      </Group>
      {isEditing && <RetentionDialog endpoint={endpoint} onClose={() => setEditing(false)} />}
    </Stack>
  )
}

function RetentionDialog({ endpoint, onClose }: { readonly endpoint: Endpoint; readonly onClose: () => void }) {
  const { retention } = endpoint
  const [count, setCount] = useState<Typed>(retention.maxCount ?? '')
  const [days, setDays] = useState<Typed>(retention.maxAgeDays ?? '')
  const [megabytes, setMegabytes] = useState<Typed>(
    retention.maxBytes === null ? '' : Math.round((retention.maxBytes / MEGABYTE) * 100) / 100,
  )
  const maxCount = numberOf(count)
  const save = async () => {
    const size = numberOf(megabytes)
    const missing = {
      ...(count !== '' && numberBetween(count, 1, MAX_COUNT) === null
        ? { maxCount: `Give a number from 1 to ${formatCount(MAX_COUNT)}, or none.` }
        : {}),
      ...(days !== '' && numberBetween(days, 1, MAX_DAYS) === null
        ? { maxAgeDays: `Give days from 1 to ${formatCount(MAX_DAYS)}, or none.` }
        : {}),
      ...(megabytes !== '' && numberBetween(megabytes, 1, Number.MAX_SAFE_INTEGER / MEGABYTE) === null
        ? { maxBytes: 'Give at least 1 megabyte, or none.' }
        : {}),
    }
    if (Object.keys(missing).length > 0) return missing
    await updateEndpoint(endpoint.id, {
      retention: {
        maxCount,
        maxAgeDays: numberOf(days),
        maxBytes: size === null ? null : Math.round(size * MEGABYTE),
      },
    })
    notifyDone('What is kept is saved.')
    return null
  }
  const surplus = maxCount === null ? 0 : endpoint.captured - maxCount
  return (
    <EditDialog
      title="What is kept"
      size="md"
      fields={['maxCount', 'maxAgeDays', 'maxBytes']}
      prefix="retention."
      onSave={save}
      onClose={onClose}
    >
      {({ messages, touched }) => (
        <>
          <Text size="sm" c="dimmed">
            Each is a bound of its own; empty is no bound. Requests beyond a bound are deleted for good, the oldest
            first.
          </Text>
          <NumberInput
            label="Requests"
            placeholder="Any number"
            min={1}
            max={MAX_COUNT}
            clampBehavior="none"
            thousandSeparator=","
            allowDecimal={false}
            value={count}
            onChange={(value) => {
              setCount(value)
              touched('maxCount')
            }}
            error={messages.maxCount}
          />
          <NumberInput
            label="Days"
            placeholder="Any time"
            min={1}
            max={MAX_DAYS}
            clampBehavior="none"
            allowDecimal={false}
            value={days}
            onChange={(value) => {
              setDays(value)
              touched('maxAgeDays')
            }}
            error={messages.maxAgeDays}
          />
          <NumberInput
            label="Megabytes"
            placeholder="Any size"
            min={1}
            clampBehavior="none"
            thousandSeparator=","
            value={megabytes}
            onChange={(value) => {
              setMegabytes(value)
              touched('maxBytes')
            }}
            error={messages.maxBytes}
          />
          <Text size="sm" aria-live="polite" fw={500}>
            {surplus > 0 &&
              `Saving deletes up to ${countOf(surplus, 'request')} of the ${countOf(endpoint.captured, 'request')} that are kept now.`}
          </Text>
        </>
      )}
    </EditDialog>
  )
}
