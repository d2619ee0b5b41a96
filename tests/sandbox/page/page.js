// The page where a person plays a resident: writes messages, moves the clock, watches the answers.

const US = '@NorthmoorHelp'
const RESIDENTS = [
  { handle: 'elm_close_sam', name: 'Sam Whitlock' },
  { handle: 'priya_northmoor', name: 'Priya Raman' },
  { handle: 'allotment_dave', name: 'Dave Holroyd' },
  { handle: 'quayside_jo', name: 'Jo Pemberton' },
  { handle: 'grace_on_no9', name: 'Grace Adeyemi' }
]
const EXAMPLES = {
  'A missed bin': "our green bin wasn't emptied today, Elm Close. Everyone else's was",
  'A pothole': 'massive pothole outside the post office on Mill Lane, going to wreck a car',
  Gritting: 'are you gritting tonight? supposed to be minus 4',
  'The library': 'how do I join the library?',
  'Something unusual': 'who owns the old clock above the market hall, and does it chime?',
  Praise: 'the planters on the high street look fantastic, well done to the team'
}
const LONDON = 'Europe/London'

const $ = id => document.getElementById(id)
const text = $('text')
const handle = $('handle')

function element (tag, className, content = '') {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.textContent = content // what people wrote is never markup
  return made
}

async function ask (method, path, body) {
  const options = { method }
  if (body !== undefined) {
    options.headers = { 'content-type': 'application/json' }
    options.body = JSON.stringify(body)
  }
  const response = await fetch(path, options)
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}

// --- writing ---

let replyTo = null // the id of a thread, while answering in it

function fillCompose () {
  for (const { handle: value, name } of RESIDENTS) {
    const option = element('option', '', `${name} @${value}`)
    option.value = value
    handle.append(option)
  }
  const other = element('option', '', 'Someone else')
  other.value = ''
  handle.append(other)
  for (const [label, example] of Object.entries(EXAMPLES)) {
    const button = element('button', 'button button--quiet', label)
    button.type = 'button'
    button.addEventListener('click', () => {
      stopReplying()
      fillText(`${US} ${example}`)
    })
    const item = element('li')
    item.append(button)
    $('examples').append(item)
  }
}

function fillText (value) {
  text.value = value
  text.focus()
  text.setSelectionRange(value.length, value.length)
}

function showOther () {
  $('other').hidden = handle.value !== ''
}

function startReply (threadId, author) {
  replyTo = threadId
  const known = RESIDENTS.some(resident => resident.handle === author)
  handle.value = known ? author : ''
  if (!known) $('handle-other').value = author
  showOther()
  $('replying-to').textContent = `You are answering in the conversation @${author} began.`
  $('replying').hidden = false
  fillText(`${US} `)
}

function stopReplying () {
  replyTo = null
  $('replying').hidden = true
}

function showError (message) {
  $('error').textContent = message
}

let posting = false
async function post () {
  if (posting) return
  const resident = RESIDENTS.find(({ handle: known }) => known === handle.value)
  const written = $('handle-other').value.trim()
  showError('')
  if (!resident && written === '') {
    $('handle-other').focus()
    return showError('Enter a handle.')
  }
  if (text.value.trim() === '') {
    text.focus()
    return showError('Write a message first.')
  }
  const message = { ...(resident ?? { handle: written }), text: text.value }
  if (replyTo) message.in_reply_to = lastOf(replyTo)
  posting = true
  try {
    await ask('POST', '/sandbox/posts', message)
    stopReplying()
    fillText(`${US} `)
  } catch (error) {
    showError(`That was not posted. ${error.message}`)
  } finally {
    posting = false
  }
}

// --- conversations ---

const shown = new Map() // post id to { post, item }
const threads = new Map() // conversation id to { article, list }
let announcing = false

const later = (a, b) => a.length - b.length || (a < b ? -1 : Number(a > b))

function lastOf (threadId) {
  const ids = [...shown.values()].map(({ post: each }) => each)
    .filter(each => each.conversation_id === threadId).map(each => each.id)
  return ids.sort(later).pop()
}

function addPost (each) {
  if (shown.has(each.id)) return
  const thread = threads.get(each.conversation_id) ?? addThread(each)
  const item = showPost(each)
  const next = [...thread.list.children].find(other => later(other.dataset.id, each.id) > 0)
  thread.list.insertBefore(item, next ?? null)
  shown.set(each.id, { post: each, item })
  $('empty').hidden = true
  if (announcing && each.ours) announce(`${each.name} replied: ${each.text}`)
}

function addThread (first) {
  const article = element('article', 'thread')
  article.dataset.id = first.conversation_id
  article.setAttribute('aria-label', `Conversation begun by @${first.handle}`)
  const list = element('ol', 'thread__posts')
  const reply = element('button', 'button button--quiet thread__reply', 'Reply')
  reply.type = 'button'
  reply.setAttribute('aria-label', `Reply in the conversation begun by @${first.handle}`)
  reply.addEventListener('click', () => startReply(first.conversation_id, first.handle))
  article.append(list, reply)
  const older = [...$('threads').children]
    .find(other => later(other.dataset.id, article.dataset.id) < 0)
  $('threads').insertBefore(article, older ?? null)
  threads.set(first.conversation_id, { article, list })
  return threads.get(first.conversation_id)
}

function showPost (each) {
  const item = element('li', each.ours ? 'post post--ours' : 'post')
  item.dataset.id = each.id
  const who = element('p', 'post__who')
  const time = element('time', 'post__time', moment(new Date(each.created_at)))
  time.dateTime = each.created_at
  const name = element('strong', '', each.name)
  who.append(name, ' ', element('span', 'post__handle', '@' + each.handle), ' ', time)
  const words = element('p', 'post__text')
  words.append(...withLinks(each.text))
  item.append(who, words)
  return item
}

// Text nodes and real links; nothing but http and https becomes a link.
function withLinks (written) {
  return written.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?'()\]])/i).map((part, n) => {
    if (n % 2 === 0) return document.createTextNode(part)
    const link = element('a', '', part)
    link.href = part
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
    return link
  })
}

function removePost (id) {
  const gone = shown.get(id)
  if (!gone) return
  gone.item.remove()
  shown.delete(id)
  const thread = threads.get(gone.post.conversation_id)
  if (thread.list.children.length > 0) return
  if (replyTo === gone.post.conversation_id) stopReplying()
  thread.article.remove()
  threads.delete(gone.post.conversation_id)
  $('empty').hidden = threads.size > 0
}

function announce (message) {
  const log = $('announce')
  log.append(element('p', '', message))
  while (log.children.length > 5) log.firstChild.remove()
}

// Everything anew, after a connection was lost as well: what came or went meanwhile is put right.
async function load () {
  const before = [...shown.keys()] // what arrives while we ask is not to be taken away again
  const posts = await ask('GET', '/sandbox/posts')
  const ids = new Set(posts.map(each => each.id))
  for (const id of before) if (!ids.has(id)) removePost(id)
  posts.forEach(addPost)
  announcing = true
}

function listen () {
  const events = new EventSource('/sandbox/events')
  events.addEventListener('open', () => {
    $('lost').textContent = ''
    Promise.all([load(), loadClock()]).catch(lost)
  })
  events.addEventListener('error', lost)
  events.addEventListener('post', event => addPost(JSON.parse(event.data)))
  events.addEventListener('deleted', event => removePost(JSON.parse(event.data).id))
  events.addEventListener('clock', event => setTime(JSON.parse(event.data)))
}

function lost () {
  $('lost').textContent = 'The sandbox does not answer. Trying again.'
}

// --- the clock ---

let offset = 0

function moment (date) {
  return date.toLocaleString('en-GB', {
    timeZone: LONDON,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit'
  })
}

function setTime ({ at, moved }) {
  offset = moved ? Date.parse(at) - Date.now() : 0
  $('clock-moved').textContent = moved ? '(moved for trying things out)' : ''
  tick()
}

function tick () {
  const now = new Date(Date.now() + offset)
  const words = moment(now)
  if ($('clock-time').textContent !== words) $('clock-time').textContent = words
  $('clock-time').dateTime = now.toISOString()
}

async function loadClock () {
  const clock = await ask('GET', '/sandbox/clock')
  setTime(clock)
  if (!clock.kerbside_url) return
  $('clock').hidden = false
  $('console').hidden = false
  $('console-link').href = clock.kerbside_url
}

const RESULTS = {
  set: 'Kerbside has the new time.',
  refused: 'Kerbside refused the new time: it was not started for a demonstration.',
  unreachable: 'Kerbside could not be reached; only the messages here carry the new time.'
}

async function moveClock (at) {
  try {
    const { kerbside } = await ask('POST', '/sandbox/clock', { at })
    $('clock-result').textContent = RESULTS[kerbside] ?? ''
  } catch (error) {
    $('clock-result').textContent = `The time was not changed. ${error.message}`
  }
}

// The wall clock in London at a moment, as if it were UTC.
function londonWall (date) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: LONDON, year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric',
    minute: 'numeric', second: 'numeric', hourCycle: 'h23'
  }).formatToParts(date)
  const part = name => Number(parts.find(({ type }) => type === name).value)
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'),
    part('second'))
}

// The moment at which London's wall clock shows `wall` (milliseconds as if it were UTC).
function fromLondon (wall) {
  const off = at => londonWall(new Date(at)) - at
  const guess = wall - off(wall)
  return new Date(wall - off(guess))
}

// The next time it is this weekday (0 is Sunday) and hour in London.
function next (weekday, hour) {
  const now = Date.now()
  const wall = new Date(londonWall(new Date(now)))
  wall.setUTCHours(hour, 0, 0, 0)
  wall.setUTCDate(wall.getUTCDate() + (weekday - wall.getUTCDay() + 7) % 7)
  if (fromLondon(wall.getTime()) <= now) wall.setUTCDate(wall.getUTCDate() + 7)
  return fromLondon(wall.getTime()).toISOString()
}

// --- begin ---

fillCompose()
text.value = `${US} `
handle.addEventListener('change', () => {
  showOther()
  if (handle.value === '') $('handle-other').focus()
})
$('replying-stop').addEventListener('click', () => {
  stopReplying()
  text.focus()
})
$('compose').addEventListener('submit', event => {
  event.preventDefault()
  post()
})
text.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  post()
})
$('clock-now').addEventListener('click', () => moveClock(null))
$('clock-monday').addEventListener('click', () => moveClock(next(1, 10)))
$('clock-sunday').addEventListener('click', () => moveClock(next(0, 21)))
$('clock').addEventListener('submit', event => {
  event.preventDefault()
  const wall = Date.parse($('clock-at').value + 'Z')
  if (Number.isNaN(wall)) $('clock-result').textContent = 'Choose a day and a time first.'
  else moveClock(fromLondon(wall).toISOString())
})
setInterval(tick, 1000)
listen()
