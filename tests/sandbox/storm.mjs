// A storm: thousands of residents' posts in a few minutes, with faults in between, all from one
// seed, and a book of what was posted to hold against what a client took in.

import { need, ok, onlyMembers } from './input.mjs'

const TICK_MS = 10
const MOST = 100000

const STREETS = ['Elm Close', 'Mill Lane', 'Station Road', 'Harbour Street', 'Quarry Hill',
  'Chapel Walk', 'Orchard Way', 'Canal View', 'Priory Gardens', 'Beech Avenue']
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']
const BINS = ['green bin', 'brown bin', 'blue bin', 'food caddy', 'recycling']

// {s} is a street, {d} a day, {b} a bin, {n} a number that no other post of the storm has.
const SENTENCES = {
  ask: [
    'The {b} at {n} {s} was not emptied on {d}',
    'When do you collect the {b} from {n} {s}?',
    'There is a deep pothole outside {n} {s}, somebody will get hurt',
    'Street light {n} on {s} has been out since {d}',
    'Somebody dumped a sofa by number {n}, {s}',
    'What time does the library near {n} {s} close on {d}?',
    'How do I pay my council tax for {n} {s}?',
    'Missed again! {b}, {n} {s}, third {d} in a row',
    'The drain at {n} {s} is blocked and the road floods',
    'Can I get a parking permit for {n} {s} before {d}?',
    'Is the tip open on {d}? I have {n} bags of garden waste',
    'A tree is down across {s} by number {n}'
  ],
  thanks: [
    'Thank you for fixing the light at {n} {s} so fast',
    'Crew on {s} were brilliant on {d}, thanks from number {n}',
    'Pothole number {n} on {s} is gone, cheers',
    'Job {n} done, much appreciated'
  ],
  troll: [
    'You could not run a bath, never mind {n} streets',
    '{n} excuses and still nothing happens',
    'Useless. {n} out of ten people on {s} agree',
    'My cat would do a better job, and she is {n} in cat years'
  ]
}

// Of a hundred posts, how many are of each kind.
const SHARES = [['ask', 70], ['thanks', 15], ['troll', 15]]

// What each trouble is, by the way the posts are taken in. A gap is something that never comes this
// way: a client has to find it in another.
const TROUBLES = {
  mentions: {
    duplicates: () => ({ on: 'mentions', kind: 'repeat' }),
    gaps: () => ({ on: 'mentions', kind: 'half_json' }),
    rate_limits: () => ({ on: 'mentions', kind: 'rate_limited', reset_in_s: 1 }),
    cuts: () => ({ on: 'mentions', kind: 'reset_before' })
  },
  stream: lineTroubles('stream', 'stream_lines'),
  activity: lineTroubles('activity_stream', 'activity_lines'),
  webhook: {
    duplicates: () => ({ on: 'webhook_events', kind: 'twice' }),
    gaps: () => ({ on: 'webhook_events', kind: 'gap' }),
    rate_limits: () => ({ on: 'mentions', kind: 'rate_limited', reset_in_s: 1 }),
    cuts: () => ({ on: 'webhook_events', kind: 'half_body' })
  }
}

function lineTroubles (endpoint, lines) {
  return {
    duplicates: () => ({ on: lines, kind: 'duplicate' }),
    gaps: () => ({ on: lines, kind: 'gap' }),
    rate_limits: () => ({ on: endpoint, kind: 'rate_limited', reset_in_s: 1 }),
    cuts: random => ({ on: lines, kind: 'cut', at: Math.floor(random() * 200) })
  }
}

// `speed` is how many seconds pass in the storm while one passes for the client; 0 leaves it to
// steps.
const NUMBERS = {
  mentions: 1000, seconds: 60, duplicates: 0, gaps: 0, rate_limits: 0, cuts: 0, seed: 1, speed: 60
}

// Numbers from 0 to 1, the same ones for the same seed (mulberry32).
function generator (seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

// Every post and every trouble of a storm, in order: [{ at, kind, handle, text, trouble? }].
export function planStorm ({ mentions, seconds, seed, through, ...counts }) {
  const random = generator(seed)
  const pick = list => list[Math.floor(random() * list.length)]
  const residents = Math.max(1, Math.ceil(mentions / 4))
  const moments = Array.from({ length: mentions }, () => random() * seconds * 1000)
    .sort((a, b) => a - b)
  const plan = moments.map((at, n) => {
    let left = random() * 100
    const [kind] = SHARES.find(([, share]) => (left -= share) < 0)
    const words = pick(SENTENCES[kind]).replace(/\{[sdb]\}/g, mark =>
      pick({ '{s}': STREETS, '{d}': DAYS, '{b}': BINS }[mark])).replace('{n}', String(n + 1))
    const text = random() < 0.8 ? `@NorthmoorHelp ${words}` : `${words} @NorthmoorHelp`
    return { at, kind, handle: `resident_${Math.floor(random() * residents) + 1}`, text }
  })
  const places = plan.map((post, n) => n)
  for (const name of ['duplicates', 'gaps', 'rate_limits', 'cuts']) {
    for (let n = 0; n < counts[name] && places.length; n++) {
      const [place] = places.splice(Math.floor(random() * places.length), 1)
      plan[place].trouble = TROUBLES[through][name](random)
    }
  }
  return plan
}

export class Storm {
  #plan = []
  #book = []
  #order = null
  #begin = 0 // on the sandbox's clock
  #started = 0 // on the real one

  constructor (world) { this.world = world }

  get written () { return this.#book.length }

  get state () { return this.written < this.#plan.length ? 'running' : 'done' }

  start (order) {
    const { clock } = this.world
    this.#order = order
    this.#plan = planStorm(order)
    this.#book = []
    // The last post is of now, so that none comes from the future.
    const real = order.speed ? order.seconds / order.speed : 0
    this.#begin = clock.now() - (order.seconds - real) * 1000
    this.#started = Date.now()
    if (order.speed) this.#tick()
  }

  // Writes the next `count` posts.
  step (count) {
    const { store, faults } = this.world
    for (const { at, kind, handle, text, trouble } of
      this.#plan.slice(this.#book.length, this.#book.length + count)) {
      if (trouble) faults.add(trouble)
      const createdAt = new Date(this.#begin + at).toISOString()
      const post = store.addPost({ authorId: store.ensureUser(handle).id, text, createdAt })
      this.#book.push({ id: post.id, handle, kind, text, created_at: createdAt })
    }
  }

  #tick () {
    const reached = (Date.now() - this.#started) * this.#order.speed
    const due = this.#plan.findIndex(({ at }, n) => n >= this.#book.length && at > reached)
    this.step((due < 0 ? this.#plan.length : due) - this.written)
    if (this.state === 'running') this.world.later(TICK_MS, () => this.#tick())
  }

  // What was asked, how far it is, and for each post what answers it got.
  describe () {
    const { store } = this.world
    const answers = new Map()
    for (const post of store.posts()) {
      if (!store.isOurs(post) || !post.in_reply_to) continue
      answers.set(post.in_reply_to, [...(answers.get(post.in_reply_to) ?? []), post.id])
    }
    return {
      ...this.#order,
      state: this.state,
      written: this.written,
      book: this.#book.map(entry => ({ ...entry, replies: answers.get(entry.id) ?? [] }))
    }
  }
}

// --- control ---

export const stormControl = [
  { method: 'GET', path: '/sandbox/storm', answer: ({ storm }) => ok(storm.describe()) },
  {
    method: 'POST',
    path: '/sandbox/storm',
    answer ({ storm }, { body }) {
      onlyMembers(body, [...Object.keys(NUMBERS), 'through'])
      const order = { through: 'mentions', ...NUMBERS, ...body }
      for (const name of Object.keys(NUMBERS)) {
        need(Number.isInteger(order[name]) && order[name] >= 0 && order[name] <= 1e9,
          `${name}: must be a whole number`)
      }
      need(order.mentions >= 1 && order.mentions <= MOST, `mentions: must be 1 to ${MOST}`)
      need(Object.hasOwn(TROUBLES, order.through),
        `through: must be one of ${Object.keys(TROUBLES).join(', ')}`)
      need(storm.state === 'done', 'a storm is already under way')
      storm.start(order)
      return { status: 201, body: order }
    }
  },
  {
    method: 'POST',
    path: '/sandbox/storm/step',
    answer ({ storm }, { body }) {
      onlyMembers(body, ['mentions'])
      need(Number.isInteger(body.mentions) && body.mentions >= 1,
        'mentions: must be a whole number')
      storm.step(body.mentions)
      return ok({ state: storm.state, written: storm.written })
    }
  }
]
