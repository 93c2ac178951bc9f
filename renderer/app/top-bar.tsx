import { ActionIcon, Group, Menu, Tooltip } from '@mantine/core'
import { IconDeviceDesktop, IconLock, IconMoon, IconSun } from '@tabler/icons-react'
import type { ComponentType, ReactNode } from 'react'
import type { Preferences } from '../../shared/contract/settings.ts'
import { Logo } from '../ui/logo.tsx'
import { notifyProblem } from '../ui/notify.ts'
import { useAction } from '../ui/use-action.ts'
import { chooseColorScheme } from './color-scheme.ts'
import { SampleLabel } from './sample-label.tsx'
import { SyncIndicator } from './sync-indicator.tsx'
import { usePreferences } from './system-info.ts'
import classes from './top-bar.module.css'
import { lockVault } from './vault-store.ts'

type Scheme = Preferences['colorScheme']

const schemes: readonly {
  value: Scheme
  label: string
  icon: ComponentType<{ size: number; 'aria-hidden': boolean }>
}[] = [
  { value: 'auto', label: 'Like the system', icon: IconDeviceDesktop },
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
]

/** Name, sample label, sync state, colour scheme, lock. */
export function TopBar({ burger }: { readonly burger: ReactNode }) {
  const lock = useAction(() => lockVault().catch(notifyProblem))
  return (
    <div className={classes.bar}>
      <Group gap="xs" wrap="nowrap">
        {burger}
        <Logo />
      </Group>
      <Group gap={4} wrap="nowrap" ml="auto">
        <SampleLabel />
        <SyncIndicator />
        <ColorSchemeMenu />
        <Tooltip label="Lock (Ctrl or Cmd + Shift + L)">
          <ActionIcon onClick={() => void lock.run()} loading={lock.isPending} size={32} aria-label="Lock">
            <IconLock size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </div>
  )
}

function ColorSchemeMenu() {
  const chosen = usePreferences().data?.colorScheme ?? 'auto'
  const Icon = schemes.find((scheme) => scheme.value === chosen)?.icon ?? IconDeviceDesktop
  const choose = (value: string) => {
    const scheme = schemes.find((one) => one.value === value)
    if (scheme !== undefined) void chooseColorScheme(scheme.value).catch(notifyProblem)
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label="Colours">
          <ActionIcon size={32} aria-label="Colours">
            <Icon size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={chosen} onChange={choose}>
          {schemes.map(({ value, label, icon: ItemIcon }) => (
            <Menu.RadioItem key={value} value={value} rightSection={<ItemIcon size={16} aria-hidden />}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
