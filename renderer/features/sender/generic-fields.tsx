import { Group, Select, TextInput } from '@mantine/core'
import { digestAlgorithms, digestEncodings } from '../../../shared/webhook-schemes.ts'
import type { SigningDraft } from '../../parts/signing-model.ts'

export interface GenericFieldsProps {
  readonly options: SigningDraft['options']
  readonly onChange: (options: SigningDraft['options']) => void
}

/** How a platform of one's own signs. */
export function GenericFields({ options, onChange }: GenericFieldsProps) {
  const set = (change: Partial<SigningDraft['options']>) => onChange({ ...options, ...change })
  return (
    <Group grow align="flex-start" gap="sm" preventGrowOverflow={false}>
      <TextInput
        label="Header"
        value={options.header}
        onChange={(event) => set({ header: event.currentTarget.value })}
        autoComplete="off"
        spellCheck={false}
        miw={130}
      />
      <Select
        label="Algorithm"
        data={digestAlgorithms.map((value) => ({ value, label: value.toUpperCase() }))}
        value={options.algorithm}
        onChange={(value) => set({ algorithm: digestAlgorithms.find((each) => each === value) ?? 'sha256' })}
        allowDeselect={false}
        miw={110}
      />
      <Select
        label="Encoding"
        data={[...digestEncodings]}
        value={options.encoding}
        onChange={(value) => set({ encoding: digestEncodings.find((each) => each === value) ?? 'hex' })}
        allowDeselect={false}
        miw={110}
      />
      <TextInput
        label="Text before it"
        placeholder="sha256="
        value={options.prefix}
        onChange={(event) => set({ prefix: event.currentTarget.value })}
        maxLength={40}
        autoComplete="off"
        spellCheck={false}
        miw={110}
      />
    </Group>
  )
}
