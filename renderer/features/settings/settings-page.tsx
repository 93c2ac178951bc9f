import {
  IconActivity,
  IconApi,
  IconInfoCircle,
  IconPalette,
  IconPlugConnected,
  IconShieldLock,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { Link, Redirect, useRoute } from 'wouter'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { AboutSection } from './about-section.tsx'
import { ActivitySection } from './activity-section.tsx'
import { AppearanceSection } from './appearance-section.tsx'
import { LocalApiSection } from './local-api-section.tsx'
import { ProvidersSection } from './providers-section.tsx'
import classes from './settings.module.css'
import { VaultSection } from './vault-section.tsx'

interface Section {
  readonly id: string
  readonly label: string
  readonly Icon: ComponentType<{ size: number; 'aria-hidden': boolean }>
  readonly Body: ComponentType
}

const sections: readonly [Section, ...Section[]] = [
  { id: 'appearance', label: 'Appearance', Icon: IconPalette, Body: AppearanceSection },
  { id: 'vault', label: 'Vault', Icon: IconShieldLock, Body: VaultSection },
  { id: 'providers', label: 'Providers', Icon: IconPlugConnected, Body: ProvidersSection },
  { id: 'local-api', label: 'Local API', Icon: IconApi, Body: LocalApiSection },
  { id: 'activity', label: 'Activity', Icon: IconActivity, Body: ActivitySection },
  { id: 'about', label: 'About', Icon: IconInfoCircle, Body: AboutSection },
]

/** Settings, one section at a time; each has an address of its own. */
export function SettingsPage() {
  const [, params] = useRoute<{ section?: string }>('/settings/:section?')
  const wanted = params?.section
  const section = sections.find(({ id }) => id === (wanted ?? sections[0].id))
  if (section === undefined) return <Redirect to="/settings" replace />
  const { Body } = section
  return (
    <Page>
      <PageHeader
        title="Settings"
        lead="How Keyhold looks, protects and connects. Everything here stays on this machine."
      />
      <div className={classes.layout}>
        <nav aria-label="Sections of the settings" className={classes.nav}>
          {sections.map(({ id, label, Icon }) => (
            <Link
              key={id}
              href={`/settings/${id}`}
              className={classes.navLink}
              aria-current={id === section.id ? 'page' : undefined}
            >
              <Icon size={18} aria-hidden />
              {label}
            </Link>
          ))}
        </nav>
        <div className={classes.body}>
          <Body />
        </div>
      </div>
    </Page>
  )
}
