// A knowledge base to change: the small one of tests/data, in a folder of its own.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMALL_KB } from './command.mjs'

export function kbFolder () {
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-kb-'))
  const fresh = () => cpSync(SMALL_KB, dir, { recursive: true })
  fresh()
  return {
    dir,
    // @change gets the file's object and changes it; everything else is as it was.
    write (name, change) {
      fresh()
      this.change(name, change)
    },
    // … or as it has been made since.
    change (name, change) {
      const tree = JSON.parse(readFileSync(join(dir, name), 'utf8'))
      change(tree)
      writeFileSync(join(dir, name), JSON.stringify(tree))
    },
    remove () { rmSync(dir, { recursive: true, force: true }) }
  }
}
