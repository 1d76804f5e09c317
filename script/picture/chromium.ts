import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { measuredIn, pageOf, WIDTH } from './page.ts'
import type { Measured } from './page.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** How to get one, in words; for those who have none. */
export const INSTALL =
  'Chromium is not on this machine; on Debian: apt-get update && apt-get install --yes --no-install-recommends chromium fonts-noto-color-emoji'

/** The browser's program, if this machine has one. */
export function chromium(): string | undefined {
  return NAMES.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
}

const FLAGS = [
  '--headless=new',
  '--disable-gpu',
  '--hide-scrollbars',
  // Everything is local, and stays so.
  '--host-resolver-rules=MAP * ~NOTFOUND',
  // The page's clock runs as fast as its scripts: no waiting, and none too short.
  '--virtual-time-budget=20000',
  // Chromium's own sandbox cannot be had by root; what is shown is the project's.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

const LIMIT_MS = 120_000

/** Draws Markdown as GitHub would; the picture goes to `file`, if one is wanted, in its whole height. */
export function draw(browser: string, markdown: string, file?: string): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'picture-'))
  try {
    const page = join(folder, 'page.html')
    writeFileSync(page, pageOf(markdown))
    const run = (...flags: readonly string[]): string =>
      ran(browser, [
        ...FLAGS,
        `--user-data-dir=${join(folder, 'profile')}`,
        ...flags,
        pathToFileURL(page).href,
      ])
    // The height is known only after the page was drawn once.
    const measured = measuredIn(run(`--window-size=${WIDTH},1000`, '--dump-dom'))
    if (file !== undefined) run(`--window-size=${WIDTH},${measured.height}`, `--screenshot=${file}`)
    return measured
  } finally {
    // The browser's helpers may still be writing for a moment.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

function ran(program: string, words: readonly string[]): string {
  const { status, signal, stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0)
    throw new Error(
      `${program} ended with ${signal ?? `exit code ${status ?? 'none'}`}: ${stderr.slice(-500)}`,
    )
  return stdout
}
