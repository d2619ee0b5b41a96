// The activity stream: what accounts subscribed to, and the events that come of it. An event goes
// to the stream and, where its subscription names one, to a webhook.

import { createHash } from 'node:crypto'
import { ok } from './input.mjs'
import { isObject, readJson, unknownMembers } from './body.mjs'
import { forbids } from './identity.mjs'
import { isId, number } from './params.mjs'
import { paginate } from './reading.mjs'
import { invalid, plainProblem, problem, PROBLEMS, REFUSALS } from './refusals.mjs'
import { renderPost, renderUser } from './render.mjs'

const APP_ONLY = { app: true, oauth1: false, scopes: null }
const ANYBODY = { app: true, oauth1: true, scopes: [] }
// The app as X numbers it.
const APP_ID = '29820954'

// What may be subscribed to and happens here. `scope` makes it private: only the account itself may
// ask, with an OAuth 2.0 token.
const EVENTS = {
  'post.create': {},
  'post.delete': {},
  'post.mention.create': { scope: 'tweet.read' },
  'post.reply.create': { scope: 'tweet.read' },
  'post.quote.create': { scope: 'tweet.read' },
  'dm.received': { scope: 'dm.read' },
  'dm.sent': { scope: 'dm.read' },
  // About the app, so without a user in its filter.
  'oauth.revoke': { general: true }
}
// Known to X, and never heard of here.
const SILENT = ['profile.update.bio', 'profile.update.profile_picture',
  'profile.update.banner_picture', 'profile.update.screenname', 'profile.update.geo',
  'profile.update.url', 'profile.update.verified_badge', 'profile.update.affiliate_badge',
  'profile.update.handle', 'follow.follow', 'follow.unfollow', 'dm.indicate_typing', 'dm.read',
  'post.repost.create', 'like.create']
const PRIVATE_SILENT = ['dm.indicate_typing', 'dm.read', 'post.repost.create', 'like.create']

const scopeOf = type => EVENTS[type]?.scope ??
  (PRIVATE_SILENT.includes(type) ? (/^dm/.test(type) ? 'dm.read' : 'tweet.read') : undefined)

// X's pages disagree on whether post.delete is charged; here it is not.
const PRICES = { post: 'activity_post', dm: 'activity_dm' }

const POST_VIEW = {
  vocabulary: 'tweet',
  fields: new Set(['author_id', 'conversation_id', 'created_at', 'display_text_range', 'entities',
    'in_reply_to_user_id', 'referenced', 'note', 'public_metrics', 'lang', 'possibly_sensitive',
    'reply_settings', 'edit_controls'])
}
const USER_VIEW = {
  vocabulary: 'tweet',
  userFields: new Set(['created_at', 'description', 'protected', 'verified', 'verified_type',
    'public_metrics'])
}

// Events give each number a second time, as text.
function withTwins (value) {
  if (Array.isArray(value)) return value.map(item => isObject(item) ? withTwins(item) : item)
  const out = {}
  for (const [name, member] of Object.entries(value)) {
    out[name] = member !== null && typeof member === 'object' ? withTwins(member) : member
    if (typeof member === 'number') out[name + '_str'] = String(member)
  }
  return out
}

export class Activity {
  #subscriptions = new Map() // by id
  #count = 0

  constructor (world) {
    this.world = world
    world.store.on('post', post => this.#onPost(post))
    world.store.on('deleted', id => this.#onDeleted(id))
    world.identity.on('revoked', ({ user }) => this.#onRevoked(user))
  }

  // --- subscriptions ---

  list () { return [...this.#subscriptions.values()] }

  get (id) { return this.#subscriptions.get(id) }

  get total () { return this.#subscriptions.size }

  add (subscription) { this.#subscriptions.set(subscription.id, subscription) }

  delete (id) { return this.#subscriptions.delete(id) }

  // --- events ---

  #onPost (post) {
    const { store, settings } = this.world
    const author = store.user(post.author_id)
    if (store.hides(post.id, null)) return
    // By whom each kind is about; the same post may be several kinds of event.
    const answered = post.in_reply_to && store.authorOf(post.in_reply_to)
    const deep = answered && !settings.follow_ups && store.post(post.in_reply_to)?.in_reply_to
    const about = {
      'post.create': id => id === author.id,
      'post.mention.create': id => id !== author.id && this.#names(post, id),
      'post.reply.create': id => id !== author.id && answered === id && !deep,
      'post.quote.create': id => id !== author.id && Boolean(post.quote) &&
        store.authorOf(post.quote) === id
    }
    this.#tell(({ event_type: type, filter }) => about[type]?.(filter.user_id), () => ({
      payload: this.#showPost(post),
      includes: this.#includes(post, author),
      post
    }))
  }

  #names (post, id) {
    const handle = this.world.store.user(id)?.username.toLowerCase()
    return !post.repost_of && post.visible.some(name => name.toLowerCase() === handle)
  }

  #showPost (post) {
    const { store } = this.world
    const json = renderPost(store, post, POST_VIEW)
    if (post.in_reply_to) json.in_reply_to_tweet_id = post.in_reply_to
    return withTwins(json)
  }

  // The people and posts beside a post. A reply's come without them in X's sample: take either.
  #includes (post, author) {
    const { store } = this.world
    const named = post.visible.map(name => store.userByHandle(name)).filter(Boolean)
    const users = [...new Set([author, ...named])]
    const others = [post.in_reply_to, post.quote].map(id => id && store.post(id)).filter(Boolean)
    return {
      users: users.map(user => withTwins(renderUser(user, USER_VIEW, null))),
      tweets: [post, ...others].map(other => this.#showPost(other))
    }
  }

  #onDeleted (id) {
    const { store } = this.world
    const author = store.user(store.authorOf(id))
    if (author.state === 'protected') return
    const mine = ({ event_type: type, filter }) =>
      type === 'post.delete' && filter.user_id === author.id
    this.#tell(mine, () => ({
      payload: { id, author_id: author.id },
      includes: { users: [{ data: withTwins(renderUser(author, USER_VIEW, null)) }] }
    }))
  }

  // A private message, as messages.mjs keeps it.
  onMessage (message) {
    const { store } = this.world
    const about = { 'dm.sent': message.sender_id, 'dm.received': message.recipient_id }
    const mine = ({ event_type: type, filter }) =>
      Object.hasOwn(about, type) && about[type] === filter.user_id
    const people = [message.sender_id, message.recipient_id].map(id => store.user(id))
    const entities = { hashtags: [], symbols: [], user_mentions: [], urls: [] }
    this.#tell(mine, () => ({
      payload: {
        direct_message_events: [{
          type: 'message_create',
          id: message.id,
          created_timestamp: String(Date.parse(message.created_at)),
          message_create: {
            target: { recipient_id: message.recipient_id },
            sender_id: message.sender_id,
            message_data: { text: message.text, entities }
          }
        }],
        users: Object.fromEntries(people.map(user =>
          [user.id, { data: withTwins(renderUser(user, USER_VIEW, null)) }]))
      },
      message
    }))
  }

  // What the account had agreed to see goes with its grant.
  #onRevoked (user) {
    const at = new Date(this.world.clock.now()).toISOString().replace(/\.\d+Z$/, '+00:00')
    this.#tell(({ event_type: type }) => type === 'oauth.revoke', () => ({
      payload: { date_time: at, user_id: user.id, app_id: APP_ID }
    }))
    for (const { id, event_type: type, filter } of this.list()) {
      if (filter.user_id === user.id && scopeOf(type)) this.delete(id)
    }
  }

  // To every subscription that fits; `make` gives payload and includes, and what the older form of
  // webhooks needs besides.
  #tell (fits, make) {
    let made
    for (const subscription of this.list()) {
      if (!fits(subscription)) continue
      made ??= make()
      const { event_type: type, filter, tag, webhook_id: webhook } = subscription
      const { payload, includes, ...source } = made
      const data = {
        event_uuid: this.#uuid(),
        filter,
        event_type: type,
        ...(tag !== undefined && { tag }),
        payload,
        ...(includes && { includes })
      }
      const price = PRICES[type.replace(/\..*/, '')]
      if (price && type !== 'post.delete') this.world.bill.add(price)
      this.world.streams.publish('activity_stream', () => ({ data }))
      if (webhook) this.world.webhooks.deliver(webhook, { data, source, user: filter.user_id })
    }
  }

  // A signed 64-bit number in digits, so also a negative one, as in X's samples.
  #uuid () {
    const digest = createHash('sha256').update(`event ${++this.#count}`).digest()
    return String(digest.readBigInt64BE())
  }
}

// --- endpoints ---

const TYPES = [...Object.keys(EVENTS), ...SILENT]

export const activityRoutes = [
  {
    endpoint: 'activity_stream',
    method: 'GET',
    path: '/2/activity/stream',
    tokens: APP_ONLY,
    limits: { app: 450 },
    query: { known: ['backfill_minutes'], read: { backfill_minutes: number(0, 5) } },
    answer: ({ streams }, request) => streams.connect('activity_stream', request)
  },
  {
    endpoint: 'subscribe',
    method: 'POST',
    path: '/2/activity/subscriptions',
    tokens: ANYBODY,
    limits: { app: 500, user: 500 },
    answer: subscribe
  },
  {
    endpoint: 'subscriptions',
    method: 'GET',
    path: '/2/activity/subscriptions',
    tokens: { ...ANYBODY, scopes: ['tweet.read'] },
    limits: { app: 500, user: 500 },
    query: { known: ['max_results', 'pagination_token'], page: [1, 1000] },
    answer: listSubscriptions
  },
  {
    endpoint: 'unsubscribe_many',
    method: 'DELETE',
    path: '/2/activity/subscriptions',
    tokens: APP_ONLY,
    limits: { app: 500 },
    query: { known: ['ids'], needs: ['ids'] },
    answer: unsubscribeMany
  },
  {
    endpoint: 'change_subscription',
    method: 'PUT',
    path: '/2/activity/subscriptions/:id',
    tokens: APP_ONLY,
    limits: { app: 500 },
    answer: changeSubscription
  },
  {
    endpoint: 'unsubscribe',
    method: 'DELETE',
    path: '/2/activity/subscriptions/:id',
    tokens: APP_ONLY,
    limits: { app: 500 },
    answer: unsubscribe
  }
]

const shown = ({ id, event_type: type, filter, tag, webhook_id: webhook, ...times }) => ({
  created_at: times.created_at,
  event_type: type,
  filter,
  subscription_id: id,
  ...(tag !== undefined && { tag }),
  updated_at: times.updated_at,
  ...(webhook !== undefined && { webhook_id: webhook })
})

// The three shapes that X's pages and its document give for one and the same answer.
function inShape (world, subscription) {
  const one = shown(subscription)
  switch (world.settings.subscription_answer) {
    case 'array': return { data: [one], ...total(world) }
    case 'subscription': return { data: { subscription: one } }
    default: return { data: one, ...total(world) }
  }
}

// The document knows no `meta` here, the pages do.
const total = ({ settings, activity }) => settings.subscription_answer === 'subscription'
  ? {}
  : { meta: { total_subscriptions: activity.total } }

function subscribe (world, { headers, body, caller }) {
  const { value, errors } = readJson(headers, body, ['event_type', 'filter', 'tag', 'webhook_id'])
  if (errors) return invalid(errors)
  const { event_type: type, filter } = value
  const wrong = [...typeProblems(world, type, filter), ...tagProblems(world, value)]
  if (wrong.length) return invalid(wrong)
  const scope = scopeOf(type)
  const forbidden = scope && forbids({ app: false, oauth1: false, scopes: [scope] }, caller)
  if (forbidden) return forbidden
  if (scope && caller.user.id !== filter.user_id) {
    return { ...REFUSALS.forbidden(), violation: `asked for ${type} of another account` }
  }
  const { activity, settings, store, clock } = world
  // The bodies of the next two are not documented.
  if (activity.list().some(known => known.event_type === type &&
    known.filter.user_id === filter.user_id && known.filter.direction === filter.direction)) {
    return {
      status: 409,
      body: {
        title: 'Conflict',
        detail: 'This subscription already exists.',
        type: PROBLEMS + 'conflict',
        status: 409
      }
    }
  }
  if (activity.total >= settings.subscription_limit) {
    return plainProblem(403, 'Forbidden',
      `The limit of ${settings.subscription_limit} subscriptions is reached.`)
  }
  const now = new Date(clock.now()).toISOString()
  const subscription = { ...value, id: store.newId(), created_at: now, updated_at: now }
  activity.add(subscription)
  return { status: 200, body: inShape(world, subscription) }
}

function typeProblems ({ store }, type, filter) {
  if (!TYPES.includes(type)) {
    return [problem('event_type', type, `$.event_type: must be one of [${TYPES.join(', ')}]`)]
  }
  if (!isObject(filter)) {
    return [problem('filter', JSON.stringify(filter), '$.filter: must be an object')]
  }
  const known = EVENTS[type]?.general
    ? []
    : ['user_id', ...(type === 'like.create' ? ['direction'] : [])]
  const wrong = unknownMembers(filter, known, '$.filter.')
  const id = filter.user_id
  if (known.length && !(isId(id) && store.user(id))) {
    wrong.push(problem('filter.user_id', id, '$.filter.user_id: must be the id of a user'))
  }
  if (filter.direction !== undefined && !['inbound', 'outbound'].includes(filter.direction)) {
    wrong.push(problem('filter.direction', filter.direction,
      '$.filter.direction: must be inbound or outbound'))
  }
  return wrong
}

function tagProblems ({ webhooks }, { tag, webhook_id: webhook }) {
  const wrong = []
  if (tag !== undefined && !(typeof tag === 'string' && /^.{1,200}$/su.test(tag))) {
    wrong.push(problem('tag', tag, '$.tag: must be a text of 1 to 200 characters'))
  }
  if (webhook !== undefined && !(isId(webhook) && webhooks.get(webhook))) {
    wrong.push(problem('webhook_id', webhook, 'WebhookIdInvalid'))
  }
  return wrong
}

function listSubscriptions (world, { params, caller }) {
  const { activity } = world
  const mine = ({ filter }) => caller.kind === 'app' || filter.user_id === caller.user.id
  const { page, meta } = paginate(activity.list().filter(mine).reverse(),
    { max_results: 1000, ...params })
  const body = { data: page.map(shown), ...total(world) }
  if (meta.next_token) body.meta = { ...body.meta, next_token: meta.next_token }
  return { status: 200, body }
}

const noSubscription = id => ({
  ...plainProblem(404, 'Not Found Error', `Could not find subscription with id: [${id}].`)
})

function changeSubscription (world, { headers, body, args: { id } }) {
  const { value, errors } = readJson(headers, body, ['tag', 'webhook_id'])
  if (errors) return invalid(errors)
  const subscription = world.activity.get(id)
  if (!subscription) return noSubscription(id)
  const wrong = tagProblems(world, value)
  if (wrong.length) return invalid(wrong)
  Object.assign(subscription, value, { updated_at: new Date(world.clock.now()).toISOString() })
  return { status: 200, body: inShape(world, subscription) }
}

function unsubscribe (world, { args: { id } }) {
  if (!world.activity.delete(id)) return noSubscription(id)
  return { status: 200, body: { data: { deleted: true }, ...total(world) } }
}

function unsubscribeMany ({ activity }, { params: { ids } }) {
  const results = ids.map(id => ({ id, done: activity.delete(id) }))
  const errors = results.filter(({ done }) => !done).map(({ id }) =>
    ({ subscription_id: id, reason: 'NotFound', message: 'Could not find the subscription.' }))
  return {
    status: 200,
    body: {
      data: results.filter(({ done }) => done)
        .map(({ id }) => ({ subscription_id: id, deleted: true })),
      meta: { total_subscriptions: activity.total },
      ...(errors.length && { errors })
    }
  }
}

// --- control ---

export const activityControl = [
  {
    method: 'GET',
    path: '/sandbox/subscriptions',
    answer: ({ activity }) => ok(activity.list().map(shown))
  },
  {
    method: 'DELETE',
    path: '/sandbox/subscriptions',
    answer ({ activity }) {
      for (const { id } of activity.list()) activity.delete(id)
      return ok([])
    }
  }
]
