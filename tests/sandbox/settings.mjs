// How streams, activity events and webhooks behave: what tests change, and what differs between X's
// own pages, so that a client has to take each way.

import { need, onlyMembers, ok } from './input.mjs'

const oneOf = (...choices) => ({
  value: choices[0],
  wrong: value => choices.includes(value) ? null : `must be one of ${choices.join(', ')}`
})
const whole = value => ({
  value,
  wrong: given => Number.isInteger(given) && given >= 0 ? null : 'must be a whole number'
})
const flag = value => ({
  value,
  wrong: given => typeof given === 'boolean' ? null : 'must be true or false'
})

const SETTINGS = {
  plan: oneOf('self-serve', 'enterprise'),
  // X sends an empty line at least every 20 s; 0 sends none.
  keep_alive_ms: whole(15000),
  // How long a connection that is gone still counts.
  hold_ms: whole(0),
  // How long a new rule takes to work; on X about 20 s.
  rule_delay_ms: whole(0),
  // What a new rule is answered with: X's way, and that of its document.
  rules_status: oneOf(201, 200),
  // Three pages of X show three shapes for the answer to a new subscription.
  subscription_answer: oneOf('object', 'array', 'subscription'),
  subscription_limit: whole(1500),
  // Whether post.reply.create also comes for a reply to a reply of the account; X's page says it
  // fires for direct replies to its posts, and not for replies to replies.
  follow_ups: flag(false),
  // Webhooks on http://127.0.0.1:PORT, which X would refuse.
  webhook_loopback: flag(false),
  webhook_limit: whole(1),
  // The older Account Activity API delivers in the form of v1.1.
  webhook_form: oneOf('activity', 'account_activity'),
  webhook_timeout_ms: whole(10000),
  // Watch that a first private message names a way out and the privacy policy.
  message_watch: flag(true)
}

export class Settings {
  constructor (given = {}) {
    for (const [name, { value }] of Object.entries(SETTINGS)) this[name] = value
    this.set(given)
  }

  set (given) {
    onlyMembers(given, Object.keys(SETTINGS))
    for (const [name, value] of Object.entries(given)) {
      const wrong = SETTINGS[name].wrong(value)
      need(wrong === null, `${name}: ${wrong}`)
    }
    Object.assign(this, given)
  }
}

export const settingsControl = [
  { method: 'GET', path: '/sandbox/settings', answer: ({ settings }) => ok(settings) },
  {
    method: 'POST',
    path: '/sandbox/settings',
    answer ({ settings }, { body }) {
      settings.set(body)
      return ok(settings)
    }
  }
]
