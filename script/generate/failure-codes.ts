/** What docs/troubleshooting.md lacks or has too much: each failure code has exactly one `## code` heading, each such heading a code. */
export function troubleshootingProblems(page: string, codes: readonly string[]): readonly string[] {
  // Headings of other sections have spaces or capitals; those of codes have not.
  const headings = [...page.matchAll(/^## `?([a-z][a-z0-9-]*)`?\s*$/gm)].map(([, code]) => code ?? '')
  const missing = codes.filter((code) => !headings.includes(code)).map((code) => `no section for ${code}`)
  const unknown = headings
    .filter((heading) => !codes.includes(heading))
    .map((heading) => `a section for ${heading}, which is no failure code`)
  const twice = headings
    .filter((heading, index) => headings.indexOf(heading) < index)
    .map((heading) => `two sections for ${heading}`)
  return [...missing, ...unknown, ...twice]
}
