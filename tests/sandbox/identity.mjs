// Who asks: tokens of accounts and of the app.

import { REFUSALS } from './refusals.mjs'
import { ACCOUNTS } from './store.mjs'

export class Identity {
  constructor ({ store, options }) {
    this.store = store
    this.tokens = new Map([
      [options.token, ACCOUNTS[0].id],
      ['sandbox-news-token', ACCOUNTS[1].id]
    ])
  }

  // The caller as routes.mjs says, or one with a `refusal`.
  caller ({ headers }) {
    const found = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')
    const id = found && this.tokens.get(found[1])
    if (!id) {
      const refusal = { ...REFUSALS.unauthorized(), violation: 'wrong or missing bearer token' }
      return { kind: 'nobody', key: 'nobody', refusal }
    }
    return { kind: 'oauth2', user: this.store.user(id), key: id }
  }
}
