import { useEffect, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import classes from './bench-tabs.module.css'

const tabs = [
  { href: '/webhooks/requests', label: 'Requests' },
  { href: '/webhooks/endpoints', label: 'Endpoints' },
  { href: '/webhooks/deliveries', label: 'Deliveries' },
  { href: '/webhooks/send', label: 'Test events' },
  { href: '/webhooks/tunnels', label: 'Tunnels' },
] as const

/** The pages of the webhook bench, on top of each of them. */
export function BenchTabs() {
  const [path] = useLocation()
  const list = useRef<HTMLUListElement>(null)
  // On a phone the row of tabs is wider than the screen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page, another tab
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [path])
  return (
    <nav aria-label="Webhook bench">
      <ul className={classes.tabs} ref={list}>
        {tabs.map(({ href, label }) => (
          <li key={href}>
            <Link
              href={href}
              className={classes.tab}
              aria-current={path === href || path.startsWith(`${href}/`) ? 'page' : undefined}
            >
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
