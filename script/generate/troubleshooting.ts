import type { Chapter, Entry } from '../../src/failure/handbook/chapter.ts'
import type { ClassicTrouble } from '../../src/failure/handbook/classic-troubles.ts'

const HEAD = `# When there is no image

<!-- Made from src/failure/handbook by \`npm run generate\`: change those files, not this one. -->

Every build that ends without an image ends with one of these codes: in the log as \`Error: … [code]\`, and as the output \`failure-code\`.
The log's own words come first; this page adds what they have no room for. The codes are a closed set and do not change their meaning.

While a build waits or runs, \`kubectl\` can look at it; namespace and Job stand at the top of the log and in the outputs \`namespace\` and \`job\`.
When it has ended, what it created is removed.

\`\`\`sh
kubectl -n NAMESPACE describe job JOB
kubectl -n NAMESPACE describe pods -l job-name=JOB
\`\`\`

Whoever comes from a script around \`kubectl\` finds its troubles under [their old names](#troubles-by-their-old-names).
`

/** docs/troubleshooting.md */
export function troubleshootingPage(
  chapters: readonly Chapter[],
  classics: readonly ClassicTrouble[],
): string {
  const sections = chapters.flatMap(({ entries }) => Object.entries(entries).map(codeSection))
  return [
    HEAD,
    codeTable(chapters),
    ...sections,
    '# Troubles by their old names\n',
    ...classics.map(classicSection),
  ].join('\n')
}

function codeTable(chapters: readonly Chapter[]): string {
  const rows = chapters.map(
    ({ title, entries }) => `| ${title} | ${Object.keys(entries).map(link).join(' · ')} |`,
  )
  return ['| the trouble is with | codes |', '|---|---|', ...rows, ''].join('\n')
}

function codeSection([code, entry]: readonly [string, Entry]): string {
  const causes = entry.causes.map((cause) => `- ${cause}\n`).join('')
  return `## ${code}\n\n${entry.meaning}\n\n${causes}\nMore: ${entry.more}\n`
}

function classicSection({ title, text, codes, look }: ClassicTrouble): string {
  return `## ${title}\n\n${text}\n\nNow: ${codes.map(link).join(' · ')}\n\n\`\`\`sh\n${look}\n\`\`\`\n`
}

const link = (code: string): string => `[${code}](#${code})`
