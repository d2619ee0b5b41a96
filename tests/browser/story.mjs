// A test in a council of its own. Afterwards no page may have complained, nobody may have broken
// the network's rules, and kerbside must end well.

import { after, test } from 'node:test'
import { closeBrowser, Council } from './support.mjs'

const longestMs = 60_000

after(closeBrowser)

// `options` are those of Council.open, and how long it may take at most.
export function story (name, body, { timeout = longestMs, ...options } = {}) {
  test(name, { timeout }, async t => {
    const council = new Council()
    try {
      await council.open(options)
      await body(council, t)
      council.check()
      await council.stopKerbside()
    } catch (error) {
      t.diagnostic(`kerbside's last words:\n${council.log.slice(-3000)}`)
      throw error
    } finally {
      await council.close()
    }
  })
}
