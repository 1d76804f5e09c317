import { packed, workspaceWith } from './given.ts'

describe('what a Dockerfile copies', () => {
  const files = {
    'a.txt': 'a',
    'folder/b.txt': 'b',
    'secret.env': 's',
    link: '-> folder',
    '.dockerignore': 'secret.env\nfolder/ignored\n',
    'folder/ignored/c.txt': 'c',
  }

  test.each([
    ['a file', 'COPY a.txt /'],
    ['a file by a path with ./ and //', 'COPY .//folder//b.txt /'],
    ['a file by a path from the root', 'COPY /a.txt /'],
    ['a folder', 'COPY folder /x/'],
    ['everything', 'COPY . /'],
    ['a file behind a link', 'COPY link/b.txt /'],
    ['a pattern, which only the builder can tell', 'COPY none*.txt /'],
    ['a variable', 'COPY $NAME /'],
    ['something of another stage', 'COPY --from=other none.txt /'],
    ['an address', 'ADD https://example.com/none.txt /'],
    ['a here-document', 'COPY <<EOF /none.txt\nx\nEOF'],
    ['nothing, yet: a trigger', 'ONBUILD COPY none.txt /'],
    ['a file, in the form of a list', 'COPY ["a.txt", "/"]'],
  ])('is said to be there if it is %s', async (_, instruction) => {
    const archive = await packed(workspaceWith({ ...files, Dockerfile: `FROM a\n${instruction}\n` }))
    expect(archive.missing).toEqual([])
  })

  test.each([
    ['is not in the context', 'COPY a.txt none.txt /', 'none.txt', undefined],
    ['is hidden by the ignore file', 'COPY --chown=1 secret.env /', 'secret.env', '.dockerignore'],
    [
      'lies in a folder that is hidden',
      'ADD ["folder/ignored/c.txt", "/"]',
      'folder/ignored/c.txt',
      '.dockerignore',
    ],
  ])('is named with its line if it %s', async (_, instruction, source, ignoredBy) => {
    const archive = await packed(workspaceWith({ ...files, Dockerfile: `FROM a\n\n${instruction}\n` }))
    const place = { path: 'Dockerfile', firstLine: 3, lastLine: 3 }
    expect(archive.missing).toEqual([{ source, place, ignoredBy }])
  })
})
