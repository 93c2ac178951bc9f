import { Group, NumberInput, Select } from '@mantine/core'
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
  const number = (value: number | string, otherwise: number) => (typeof value === 'number' ? value : otherwise)
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
        <NumberInput
          label="A second"
          min={0.01}
          max={10_000}
          value={form.perSecond}
          onChange={(value) => onChange({ perSecond: number(value, form.perSecond) })}
        />
      )}
      {form.pace === 'original' && (
        <NumberInput
          label="Times as fast"
          min={0.01}
          max={10_000}
          value={form.speed}
          onChange={(value) => onChange({ speed: number(value, form.speed) })}
        />
      )}
      <NumberInput
        label="At the same time"
        min={1}
        max={50}
        allowDecimal={false}
        value={form.concurrency}
        onChange={(value) => onChange({ concurrency: number(value, form.concurrency) })}
      />
    </Group>
  )
}
