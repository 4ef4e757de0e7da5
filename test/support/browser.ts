// A real browser that looks at a page of this machine, and tells what the page complained of.

import { chromium, type Page } from 'playwright-core'
import { findProgram } from './debian-tools.ts'

export const BROWSER = findProgram('chromium', 'chromium-browser', 'google-chrome')

/** Without the sandbox it also starts as root, as in containers; the rest keeps it from calling home. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

export interface Looking {
  readonly page: Page
  /** Errors of scripts, and what the console showed as one: refusals of the policy among them. */
  readonly complaints: readonly string[]
}

export async function openBrowser(
  t: { teardown(gone: () => unknown): void },
  executablePath: string
): Promise<Looking> {
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS })
  t.teardown(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, complaints }
}
