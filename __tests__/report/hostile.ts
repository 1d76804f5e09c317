import type { SummaryGrounds } from '../../src/report/summary.ts'
import { failed, groundsOf, recordOf, steps, WHERE } from './given.ts'

/** What somebody who wants to harm a reader, or a tool without manners, would print. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '![picture](http://evil.example/pixel.png)',
  '[click](http://evil.example) <http://evil.example> www.evil.example a@evil.example',
  '@acme/admins look at #123 and GH-7 and acme/shop#5 and :shipit:',
  'a | b || c \\| d \\\\| e',
  '`a` ``b`` ```c``` ` `` ```',
  '``````` ~~~~~~~ ```mermaid',
  '**bold** _em_ ~~gone~~ $x^2$ $`x`$ <!-- comment',
  '&lt;b&gt; &amp; &#124; &copy;',
  'a\r\n\r\n# heading\n\n| x | y |\n|---|---|\n| 1 | 2 |\n- item\n1. one\n> quote\n---\n===',
  '</details></td></tr></table></pre></code>',
  'safe\u202egnp.exe\u202c \u2066x\u2069',
  '\u001b[31mred\u001b[0m \u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007 \u001b[2J\u0000\u0008',
  'title x :crit, 0, 1 ; section y # %% comment',
  '%%{init: {"securityLevel": "loose"}}%%\nclick a href "http://evil.example"',
  'click a call b() : done, 2000-01-01, 5d',
  'section a\ngantt\ndateFormat X\ntodayMarker on\nexcludes weekends',
  '2000-01-01 :a, b, c: d',
  '\u001b[`\r`',
  '---\nconfig:\n  theme: dark\n---',
  '\\',
  '`',
  '|',
  ' ',
  '# ',
  '- ',
  '1. ',
  '[',
  '"',
  '{',
  '%%',
  '<',
  '\ud800',
  '[x] ',
  '[^1]',
  '=',
  'X'.repeat(3000),
]

/** A failed build in which everything that somebody else chooses is this text, one line of it where there is but one. */
export function hostileGrounds(given: string, where: 'built' | 'failed' = 'failed'): SummaryGrounds {
  // What is empty is left out, which is another shape.
  const text = given.trim() === '' ? `.${given}` : given
  // Longer paths are no links, which is another shape.
  const place = { path: `app/${text.slice(0, 100)}/Dockerfile`, firstLine: 3, lastLine: 5 }
  const told = steps(place.path, 1, [
    { kind: 'prepare', title: text, seconds: 1 },
    { kind: 'base', title: `[${text} 1/3] ${text}`, seconds: 2, lines: [1] },
    { title: `[build 2/3] RUN ${text}`, seconds: 3, cache: 'hit', lines: [2] },
    { title: text, seconds: 30, cache: 'miss', lines: [3, 5] },
  ])
  const grounds = groundsOf({
    outcome: failed(
      {
        code: 'run-failed',
        headline: `The instruction \`${text}\` failed: ${text}`,
        // A line that begins with `| ` is output.
        details: [text.startsWith('|') ? `.${text}` : text, 'last lines', `| ${text}`, `| ${text}`],
        cures: [`mend ${text.replace(/[\r\n]+/g, ' ')}`],
        place,
      },
      { namespace: text, job: text, node: text, platform: text },
    ),
    seconds: 37,
    name: text,
    destinations: [`registry.example.com/a:${text}`, text],
    executor: text,
    cluster: { server: text, kubernetesVersion: text },
    record: recordOf({
      phases: [{ title: text, beganMs: 0, endedMs: 1000 }],
      steps: told,
      cache: { hits: 1, misses: 1, firstMiss: told[3], lastHitBefore: told[2] },
      warnings: [
        { kind: 'lint', title: text, text, place },
        { kind: 'cache', title: text, text: `\`${text}\``, place: undefined },
      ],
    }),
    inputs: new Map([
      ['target', `a ${text}`],
      ['labels', `title=${text.replace(/[\r\n]+/g, ' ')}`],
    ]),
    path: place.path,
    dockerfile: `FROM a\nRUN b\nRUN x \\\n${text.replace(/[\r\n]+/g, ' ')} \\\n y`,
    logPath: text,
    diagnosticsPath: text,
  })
  if (where === 'failed') return grounds
  const digest = `sha256:${'0'.repeat(64)}`
  return {
    ...grounds,
    report: {
      ...grounds.report,
      outcome: {
        kind: 'built',
        digest: digest as never,
        record: grounds.report.outcome.record,
        confirmation: { kind: 'unconfirmed', why: text },
        where: { ...WHERE, node: text },
      },
      destinations: grounds.destinations,
      repository: `registry.example.com/${text}`,
    },
  }
}

/** All of them in one summary, for people to look at. */
export function hostileCase(): SummaryGrounds {
  const told = steps('Dockerfile', 1.1, [
    ...HOSTILE_TEXTS.slice(0, 14).map((text, at) => ({
      title: `[build ${at + 1}/14] RUN ${text}`,
      seconds: 1 + (at % 5),
      lines: [at + 2] as const,
      ...(at % 3 === 0 ? { cache: 'miss' as const } : {}),
    })),
  ])
  return groundsOf({
    name: '<b>@acme</b> | shop',
    outcome: failed({
      code: 'run-failed',
      headline: `The instruction \`${HOSTILE_TEXTS[0] ?? ''}\` failed with exit code 1; see @acme/admins and <img src=x>.`,
      details: [
        ...HOSTILE_TEXTS.slice(2, 8),
        'last lines',
        ...HOSTILE_TEXTS.slice(0, 20).map((text) => `| ${text}`),
      ],
      cures: HOSTILE_TEXTS.slice(3, 6),
      place: { path: 'Dockerfile', firstLine: 2, lastLine: 2 },
    }),
    seconds: 45,
    dockerfile: 'FROM busybox\nRUN echo "```" </details>\n',
    record: recordOf({
      phases: [{ title: 'schedule: %%{init}%%', beganMs: 0, endedMs: 1100 }],
      steps: told,
      cache: { hits: 0, misses: 5, firstMiss: told[0], lastHitBefore: undefined },
      warnings: HOSTILE_TEXTS.slice(0, 4).map((text) => ({
        kind: 'lint',
        title: text,
        text,
        place: undefined,
      })),
    }),
    inputs: new Map([
      ['target', HOSTILE_TEXTS[5] ?? ''],
      ['labels', 'title=<b>x</b> | `y`'],
    ]),
  })
}
