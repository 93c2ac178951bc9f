import {
  ActionIcon,
  Alert,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  type MantineColorsTuple,
  Menu,
  Modal,
  Notification,
  Select,
  Tooltip,
} from '@mantine/core'

const accent: MantineColorsTuple = [
  '#edf4fb',
  '#d9e6f3',
  '#b3cde8',
  '#88b1da',
  '#6299ce',
  '#4788c4',
  '#3579b8',
  '#2766a0',
  '#1d5385',
  '#14416b',
]

/** Greys of the dark scheme, slightly cool like the surfaces. */
const dark: MantineColorsTuple = [
  '#d5dae0',
  '#b8bfc8',
  '#8f98a3',
  '#6b7480',
  '#464d57',
  '#363c45',
  '#272c33',
  '#1b1e22',
  '#16181c',
  '#101215',
]

/** The colour of a name of the theme, strong enough in either scheme to be told from the others. */
function tone(color: string): string {
  return `light-dark(var(--mantine-color-${color}-light-color), var(--mantine-color-${color}-4))`
}

/** One accent, the system font at 14 px, an 8 px grid. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 7 },
  colors: { accent, dark },
  autoContrast: true,
  luminanceThreshold: 0.4,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 6,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.25rem', lineHeight: '1.3' },
      h3: { fontSize: '1.25rem', lineHeight: '1.35' },
      h4: { fontSize: '1rem', lineHeight: '1.4' },
      h5: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 28 } }),
    Alert: Alert.extend({
      classNames: { root: 'keyhold-alert', title: 'keyhold-alert-title' },
      // In the dark scheme Mantine writes on tinted ground nearly white, which leaves frame and icon without colour.
      vars: ({ primaryColor }, { color = primaryColor, variant }) => ({
        root: variant === 'default' ? {} : { '--alert-color': tone(color) },
      }),
    }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    // The list itself scrolls, as the combobox pattern has it, not a box around it.
    Select: Select.extend({ defaultProps: { withScrollArea: false }, classNames: { options: 'keyhold-options' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: true } }),
    // The placeholder is a child of the menu that is no item, which screen readers stumble over.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({
      classNames: { title: 'keyhold-dialog-title' },
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.4 },
        transitionProps: { duration: 120 },
      },
    }),
    Drawer: Drawer.extend({
      classNames: { title: 'keyhold-dialog-title' },
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.4 },
        transitionProps: { duration: 120 },
      },
    }),
  },
})

/** Colours of the surfaces, and greys dark (or light) enough for text at 4.5:1. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1c2024',
    '--mantine-color-dimmed': '#596069',
    '--mantine-color-placeholder': '#6b737c',
    '--mantine-color-error': '#c02626',
    '--keyhold-canvas': '#f6f7f9',
    '--keyhold-line': '#dfe2e6',
    '--keyhold-hover': '#f1f4f8',
    '--keyhold-selected': '#e6eff8',
  },
  dark: {
    '--mantine-color-body': '#1b1e22',
    '--mantine-color-text': '#e4e7eb',
    '--mantine-color-dimmed': '#a3abb5',
    '--mantine-color-placeholder': '#969ea8',
    '--mantine-color-error': '#ff8787',
    '--keyhold-canvas': '#141619',
    '--keyhold-line': '#31363d',
    '--keyhold-hover': '#23272d',
    '--keyhold-selected': '#1f3247',
  },
})
