import { jest } from '@jest/globals'

import { githubRunner } from '../../src/runner/github-runner.ts'

/** What an annotation at these lines of a file writes to the runner. */
function annotated(path: string): string {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  const place = { path, firstLine: 2, lastLine: 3 }
  try {
    githubRunner({}).annotate({ level: 'error', title: 'T', message: 'M', place })
    return write.mock.calls.map(([text]) => String(text)).join('')
  } finally {
    write.mockRestore()
  }
}

describe('an annotation', () => {
  test('stands at lines of a file in the workspace', () => {
    expect(annotated('app/Dockerfile')).toBe('::error title=T,file=app/Dockerfile,line=2,endLine=3::M\n')
  })

  test.each(['/out/Dockerfile', '../out/Dockerfile'])('stands at no file outside of it: %s', (path) => {
    expect(annotated(path)).toBe('::error title=T::M\n')
  })
})
