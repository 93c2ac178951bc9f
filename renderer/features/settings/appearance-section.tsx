import { SegmentedControl } from '@mantine/core'
import type { Preferences } from '../../../shared/contract/settings.ts'
import { chooseColorScheme } from '../../app/color-scheme.ts'
import { usePreferences } from '../../app/system-info.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { Section } from './section.tsx'

const schemes: readonly { value: Preferences['colorScheme']; label: string }[] = [
  { value: 'auto', label: 'Like the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

export function AppearanceSection() {
  const preferences = usePreferences()
  const choose = useAction(chooseColorScheme)
  return (
    <Section title="Colours" lead="Holds for every window. Charts have colours of their own for light and dark.">
      <SegmentedControl
        aria-label="Colour scheme"
        disabled={preferences.data === undefined}
        value={preferences.data?.colorScheme ?? 'auto'}
        data={[...schemes]}
        onChange={(value) => {
          const scheme = schemes.find((candidate) => candidate.value === value)
          if (scheme) void choose.run(scheme.value)
        }}
      />
      <ProblemAlert error={preferences.error ?? choose.error} />
    </Section>
  )
}
