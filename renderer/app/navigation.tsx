import { NavLink, Text } from '@mantine/core'
import { IconChartBar, IconFileImport, IconKey, IconSettings, IconUsers, IconWebhook } from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { Link, useLocation } from 'wouter'
import classes from './navigation.module.css'

interface Entry {
  readonly href: string
  readonly label: string
  readonly icon: ComponentType<{ size: number; stroke: number; 'aria-hidden': boolean }>
}

const groups: readonly { readonly label: string; readonly entries: readonly Entry[] }[] = [
  {
    label: 'Inventory',
    entries: [
      { href: '/accounts', label: 'Accounts', icon: IconUsers },
      { href: '/keys', label: 'Provider keys', icon: IconKey },
      { href: '/usage', label: 'Usage and cost', icon: IconChartBar },
      { href: '/import', label: 'Import', icon: IconFileImport },
    ],
  },
  { label: 'Tools', entries: [{ href: '/webhooks', label: 'Webhook bench', icon: IconWebhook }] },
  { label: 'Keyhold', entries: [{ href: '/settings', label: 'Settings', icon: IconSettings }] },
]

/** The groups of the left rail. */
export function NavigationLinks() {
  const [path] = useLocation()
  return (
    <>
      {groups.map((group) => (
        <div key={group.label} className={classes.group}>
          <Text size="xs" c="dimmed" fw={600} className={classes.label} aria-hidden>
            {group.label}
          </Text>
          <ul aria-label={group.label} className={classes.list}>
            {group.entries.map(({ href, label, icon: Icon }) => {
              const isHere = path === href || path.startsWith(`${href}/`)
              return (
                <li key={href}>
                  <NavLink
                    component={Link}
                    href={href}
                    label={label}
                    active={isHere}
                    aria-current={isHere ? 'page' : undefined}
                    leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
                    className={classes.link}
                  />
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </>
  )
}
