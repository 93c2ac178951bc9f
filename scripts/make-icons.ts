import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { findChromium } from './chromium.ts'
import { icnsOf, icoOf, type Picture } from './icon-files.ts'

/**
 * node scripts/make-icons.ts: draws `resources/icon.svg` in a browser in every size and writes the icons of the three
 * systems beside it. The results are committed, so that packaging needs no browser.
 */
const resources = join(import.meta.dirname, '..', 'resources')
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1_024]
const icoSizes = [16, 24, 32, 48, 64, 128, 256]
const linuxSizes = [16, 32, 48, 64, 128, 256, 512]

async function draw(svg: string): Promise<Picture[]> {
  const { executablePath, args } = await findChromium()
  const browser = await chromium.launch({ executablePath, args: [...args] })
  try {
    const page = await browser.newPage({ deviceScaleFactor: 1 })
    const pictures: Picture[] = []
    for (const size of sizes) {
      await page.setViewportSize({ width: size, height: size })
      const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
      await page.setContent(
        `<style>html,body{margin:0;background:transparent}img{display:block}</style><img src="${source}" width="${size}" height="${size}">`,
      )
      await page.evaluate('document.images[0].decode()')
      pictures.push({
        size,
        png: await page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: size, height: size } }),
      })
    }
    return pictures
  } finally {
    await browser.close()
  }
}

const pictures = await draw(readFileSync(join(resources, 'icon.svg'), 'utf8'))
const only = (wanted: readonly number[]) => pictures.filter(({ size }) => wanted.includes(size))
writeFileSync(join(resources, 'icon.ico'), icoOf(only(icoSizes)))
writeFileSync(join(resources, 'icon.icns'), icnsOf(pictures))
mkdirSync(join(resources, 'icons'), { recursive: true })
for (const { size, png } of only(linuxSizes)) {
  writeFileSync(join(resources, 'icons', `${size}x${size}.png`), png)
}
for (const { png } of only([512])) writeFileSync(join(resources, 'icon.png'), png)
console.log(`Icons in ${sizes.length} sizes were written to resources/.`)
