import { Group, Select } from '@mantine/core'
import { BoundedNumber } from '../ui/bounded-number.tsx'
import type { ReplayForm } from './replay-model.ts'

const paces: readonly { value: ReplayForm['pace']; label: string }[] = [
  { value: 'fast', label: 'As fast as they are taken' },
  { value: 'rate', label: 'At a rate' },
  { value: 'original', label: 'As far apart as they came' },
]

export interface ReplayPaceProps {
  readonly form: ReplayForm
  readonly onChange: (change: Partial<ReplayForm>) => void
}

/** How fast several requests are sent. */
export function ReplayPace({ form, onChange }: ReplayPaceProps) {
  return (
    <Group gap="sm" align="flex-end" grow>
      <Select
        label="Pace"
        data={paces}
        value={form.pace}
        onChange={(pace) => onChange({ pace: pace ?? 'fast' })}
        allowDeselect={false}
      />
      {form.pace === 'rate' && (
        <BoundedNumber
          label="A second"
          min={0.01}
          max={10_000}
          value={form.perSecond}
          allowDecimal
          onChange={(perSecond) => onChange({ perSecond })}
        />
      )}
      {form.pace === 'original' && (
        <BoundedNumber
          label="Times as fast"
          min={0.01}
          max={10_000}
          value={form.speed}
          allowDecimal
          onChange={(speed) => onChange({ speed })}
        />
      )}
      <BoundedNumber
        label="At the same time"
        min={1}
        max={50}
        value={form.concurrency}
        onChange={(concurrency) => onChange({ concurrency })}
      />
    </Group>
  )
}
