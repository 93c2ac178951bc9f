import { ActionIcon, Button, Group, Input, NumberInput, Select, Slider, Stack, Text, Tooltip } from '@mantine/core'
import { IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { Endpoint, Fault } from '../../../shared/contract/receiver.ts'
import { formatCount } from '../../../shared/words.ts'
import { faultChoices, isFaultKind } from '../../parts/fault-names.ts'
import { BoundedNumber } from '../../ui/bounded-number.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { numberBetween } from '../../ui/number-between.ts'
import { EditDialog } from './edit-dialog.tsx'
import classes from './endpoint-panel.module.css'
import { faultWords, shareWords } from './endpoint-words.ts'
import { moved, newFault, type Typed } from './forms-model.ts'
import { updateBehaviour } from './use-endpoints.ts'

const MAX_FAULTS = 8
const MAX_SEED = 4_294_967_295
const marks = [{ value: 25 }, { value: 50 }, { value: 75 }]

interface Row {
  /** Names the row while the list is edited. */
  readonly key: number
  readonly fault: Fault
}

/** The whole list of faults, and the seed of their dice. */
export function FaultsDialog({ endpoint, onClose }: { readonly endpoint: Endpoint; readonly onClose: () => void }) {
  const { faults, faultSeed } = endpoint.behaviour
  const [rows, setRows] = useState<readonly Row[]>(() =>
    (faults.length === 0 ? [newFault('reset')] : faults).map((fault, key) => ({ key, fault })),
  )
  const [seed, setSeed] = useState<Typed>(faultSeed)
  const save = async () => {
    const number = numberBetween(seed, 0, MAX_SEED)
    if (number === null) return { faultSeed: `Give a whole number from 0 to ${formatCount(MAX_SEED)}.` }
    await updateBehaviour(endpoint.id, { faults: rows.map(({ fault }) => fault), faultSeed: number })
    notifyDone(rows.length === 0 ? 'Nothing goes wrong on purpose any more.' : 'The faults are saved.')
    return null
  }
  return (
    <EditDialog title="Faults" fields={['faultSeed']} prefix="behaviour." onSave={save} onClose={onClose}>
      {({ messages, touched }) => {
        const change = (next: readonly Row[]) => {
          setRows(next)
          touched()
        }
        return (
          <>
            <Text size="sm" c="dimmed">
              For each request the dice are thrown from top to bottom; the first fault they choose happens.
            </Text>
            <ul className={classes.list} aria-label="Faults">
              {rows.map(({ key, fault }, place) => (
                <li key={key} className={classes.fault}>
                  <FaultFields
                    fault={fault}
                    place={place}
                    onChange={(next) => change(rows.with(place, { key, fault: next }))}
                    onUp={() => change(moved(rows, place, -1))}
                    onRemove={() => change(rows.filter((row) => row.key !== key))}
                  />
                </li>
              ))}
            </ul>
            <Group>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlus size={14} aria-hidden />}
                disabled={rows.length >= MAX_FAULTS}
                onClick={() =>
                  change([
                    ...rows,
                    { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, fault: newFault('rate-limit') },
                  ])
                }
              >
                Add fault
              </Button>
            </Group>
            <NumberInput
              label="Seed of the dice"
              description="The same seed and the same requests in the same order bring the same faults."
              maw={280}
              min={0}
              max={MAX_SEED}
              clampBehavior="none"
              allowDecimal={false}
              value={seed}
              onChange={(value) => {
                setSeed(value)
                touched('faultSeed')
              }}
              error={messages.faultSeed}
            />
          </>
        )
      }}
    </EditDialog>
  )
}

interface FaultFieldsProps {
  readonly fault: Fault
  readonly place: number
  readonly onChange: (fault: Fault) => void
  readonly onUp: () => void
  readonly onRemove: () => void
}

function FaultFields({ fault, place, onChange, onUp, onRemove }: FaultFieldsProps) {
  const percent = Math.round(fault.probability * 1_000) / 10
  const share = shareWords(fault.probability, fault.kind === 'fail-first' ? 'event' : 'request').words
  return (
    <Stack gap="sm">
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Select
          label={`Fault ${place + 1}`}
          data={faultChoices}
          value={fault.kind}
          onChange={(kind) => isFaultKind(kind) && onChange({ ...newFault(kind), probability: fault.probability })}
          allowDeselect={false}
          flex={1}
        />
        <Tooltip label="Earlier">
          <ActionIcon aria-label={`Move fault ${place + 1} up`} size={36} disabled={place === 0} onClick={onUp}>
            <IconArrowUp size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Remove">
          <ActionIcon aria-label={`Remove fault ${place + 1}`} size={36} onClick={onRemove}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
      <Input.Wrapper label={`How often: ${share}`} labelElement="div">
        <Slider
          thumbLabel={`How often fault ${place + 1} happens`}
          thumbValueText={share}
          label={(value) => `${value} %`}
          marks={marks}
          value={percent}
          onChange={(value) => onChange({ ...fault, probability: value / 100 })}
          my={8}
        />
      </Input.Wrapper>
      <KindFields fault={fault} onChange={onChange} />
      <Text size="sm" c="dimmed" aria-live="polite">
        {faultWords(fault)}
      </Text>
    </Stack>
  )
}

function KindFields({ fault, onChange }: Pick<FaultFieldsProps, 'fault' | 'onChange'>) {
  switch (fault.kind) {
    case 'slow-drip':
      return (
        <BoundedNumber
          label="Bytes a second"
          min={1}
          max={10_000}
          value={fault.bytesPerSecond}
          onChange={(bytesPerSecond) => onChange({ ...fault, bytesPerSecond })}
        />
      )
    case 'rate-limit':
      return (
        <BoundedNumber
          label="To be tried again after"
          suffix=" s"
          min={0}
          max={86_400}
          value={fault.retryAfterSeconds}
          onChange={(retryAfterSeconds) => onChange({ ...fault, retryAfterSeconds })}
        />
      )
    case 'webhook-delivery':
      return (
        <Select
          label="Value of the header"
          data={[
            { value: 'abort-message', label: 'abort-message: give up this event' },
            { value: 'disable', label: 'disable: send nothing more to this address' },
          ]}
          value={fault.value}
          onChange={(value) => onChange({ ...fault, value: value === 'disable' ? 'disable' : 'abort-message' })}
          allowDeselect={false}
        />
      )
    case 'fail-first':
      return (
        <Group gap="sm" grow align="flex-start">
          <BoundedNumber
            label="Attempts of an event that fail"
            min={1}
            max={1_000}
            value={fault.count}
            onChange={(count) => onChange({ ...fault, count })}
          />
          <BoundedNumber
            label="Status"
            min={400}
            max={599}
            value={fault.status}
            onChange={(status) => onChange({ ...fault, status })}
          />
        </Group>
      )
    case 'reset':
    case 'half-response':
    case 'wrong-length':
    case 'gone':
      return null
  }
}
