"""Designs with counters, totals, tickets, versions, clocks and windows: right ones, and twins that go wrong."""

from __future__ import annotations

SEMAPHORE = """spec semaphore
entity R
const LIMIT: Int = 3
output event enter(r: R)
output event leave(r: R)
state open: R -> Bool
after enter(r) { open[r] := true }
after leave(r) { open[r] := false }
invariant capped "cap": always: count(r: R where open[r]) <= LIMIT
system permits implements semaphore "permits" {
  var free: Int = LIMIT
  process h(r: R) {
    take: { when free > 0  free -= 1  emit enter(r) }
    give: { free += 1  emit leave(r)  goto take }
  }
}
system late extends permits implements semaphore "looked, then taken" {
  process h(r: R) {
    look: { when free > 0 }
    take: { free -= 1  emit enter(r) }
    give: { free += 1  emit leave(r)  goto look }
  }
}
system counted implements semaphore "count" {
  process h(r: R) {
    take: { when count(o: R where h[o] at give) < LIMIT  emit enter(r) }
    give: { emit leave(r)  goto take }
  }
}
system used implements semaphore "used" {
  var used: Int
  action take(r: R) { when used < LIMIT and not open[r]  used += 1  emit enter(r) }
  action give(r: R) { when open[r]  used -= 1  emit leave(r) }
}
system two implements semaphore "two steps" {
  var used: Int
  process h(r: R) {
    reserve: { when used < LIMIT  used += 1 }
    go: { emit enter(r) }
    out: { emit leave(r) }
    free: { used -= 1 goto reserve }
  }
}
"""

SITES = """spec sites
entity Task
given limit: Int
assume some "at least one": always: limit >= 1
system permits "permits" {
  var free: Int = limit
  process task(t: Task) {
    enter: { when free > 0  free -= 1 }
    work: { when true }
    leave: { free += 1  goto enter }
  }
  invariant capped: count(t: Task where task[t] at work or task[t] at leave) <= limit
}
system used "used" {
  var taken: Int
  process task(t: Task) {
    enter: { when taken < limit  taken += 1 }
    leave: { taken -= 1  goto enter }
  }
  invariant capped: count(t: Task where task[t] at leave) <= limit
}
system torn extends permits "looked, then taken" {
  process task(t: Task) {
    look: { when free > 0 }
    enter: { free -= 1 }
    work: { when true }
    leave: { free += 1  goto look }
  }
}
"""

STOCK = """spec stock
entity Order
const CAPACITY: Int = 10
output event sold(order: Order, pieces: Int)
output event returned(order: Order, pieces: Int)
state got: Order -> Int
after sold(o, n) { got[o] += n }
after returned(o, n) { got[o] -= n }
invariant never_oversold "cap": always: sum(got[o] for o: Order) <= CAPACITY
system shelf implements stock "stock" {
  var left: Int = CAPACITY
  var taken: Order -> Int
  action sell(o: Order) { pick n: Int where n > 0 and n <= left  left -= n  taken[o] += n  emit sold(o, n) }
  action back(o: Order) { pick n: Int where n > 0 and n <= taken[o]  left += n  taken[o] -= n  emit returned(o, n) }
}
system reserve implements stock "reserved first" {
  var left: Int = CAPACITY
  var reserved: Order -> Int
  action hold_(o: Order) { pick n: Int where n > 0 and n <= left  left -= n  reserved[o] += n }
  action drop_(o: Order) { left += reserved[o]  reserved[o] := 0 }
  action buy(o: Order) { emit sold(o, reserved[o])  reserved[o] := 0 }
}
system reserve_wrong extends reserve implements stock "kept" {
  action drop_(o: Order) { left += reserved[o] }
}
"""

MONEY = """spec bank2
entity Account
input event deposit(account: Account, yen: Int)
input event withdraw(account: Account, yen: Int)
output event transfer(payer: Account, payee: Account, yen: Int)
output event statement(account: Account, yen: Int)
output event trial_balance(yen: Int)
use honnin.conserved as money with
  Place = Account, put(a, n) = deposit(a, n), take(a, n) = withdraw(a, n), move(a, b, n) = transfer(a, b, n),
  report(a, n) = statement(a, n), report_all(n) = trial_balance(n)
system ledger implements bank2 "bank" {
  var balance: Account -> Int
  var all: Int
  action put(a: Account) { pick n: Int where n >= 0  balance[a] += n  all += n  emit deposit(a, n) }
  action take(a: Account) { pick n: Int where n >= 0 and n <= balance[a]  balance[a] -= n  all -= n  emit withdraw(a, n) }
  action move(a: Account, b: Account) { pick n: Int where n >= 0 and n <= balance[a]  balance[a] -= n  balance[b] += n  emit transfer(a, b, n) }
  action say(a: Account) { emit statement(a, balance[a]) }
  action say_all() { emit trial_balance(all) }
}
system in_flight implements bank2 "two steps" {
  var balance: Account -> Int
  var way: Account -> Int
  action put(a: Account) { pick n: Int where n >= 0  balance[a] += n  emit deposit(a, n) }
  action draw(a: Account) { pick n: Int where n >= 0 and n <= balance[a]  way[a] += n  balance[a] -= n }
  action give(a: Account) { pick b: Account  balance[b] += way[a]  emit transfer(a, b, way[a])  way[a] := 0 }
  action say_all() { emit trial_balance(sum(balance[a] for a: Account) + sum(way[a] for a: Account)) }
}
system wrong extends in_flight implements bank2 "not counted" {
  action say_all() { emit trial_balance(sum(balance[a] for a: Account)) }
}
"""

READERS = """spec rw
entity T
output event start_read(t: T)
output event end_read(t: T)
output event start_write(t: T)
output event end_write(t: T)
state reading: T -> Bool
state writing: T -> Bool
after start_read(t) { reading[t] := true }
after end_read(t) { reading[t] := false }
after start_write(t) { writing[t] := true }
after end_write(t) { writing[t] := false }
invariant alone "a writer is alone": always: forall a, b: T. writing[a] implies not reading[b] and (writing[b] implies a == b)
system lock implements rw "rw" {
  var readers: Int
  var writer: Bool
  process p(t: T) {
    choose: { either { when not writer  readers += 1  emit start_read(t)  goto rd } or { when not writer and readers == 0  writer := true  emit start_write(t)  goto wr } }
    rd: { readers -= 1  emit end_read(t)  goto choose }
    wr: { writer := false  emit end_write(t)  goto choose }
  }
}
system twice extends lock implements rw "released twice" {
  process p(t: T) {
    choose: { either { when not writer  readers += 1  emit start_read(t)  goto rd } or { when not writer and readers <= 1  writer := true  emit start_write(t)  goto wr } }
    rd: { readers -= 1  emit end_read(t)  goto choose }
    wr: { writer := false  emit end_write(t)  goto choose }
  }
}
"""

NUMBERS = """spec ids
entity Request
output event number_(request: Request, n: Int)
invariant once_each "unique": on number_(_, n): not earlier number_(_, n)
invariant growing "grows": on number_(_, n): forall r: Request. last[r] < n
state last: Request -> Int
after number_(r, n) { last[r] := n }
system counter implements ids "one counter" {
  var next: Int = 1
  process p(r: Request) { go: { emit number_(r, next)  next += 1  goto go } }
}
system read_then_write implements ids "two steps" {
  var next: Int = 1
  process p(r: Request) { var mine: Int  read: { mine := next } go: { emit number_(r, mine)  next := mine + 1  goto read } }
}
"""

VERSIONS = """spec occ
entity Client
output event saw(client: Client, version: Int)
output event wrote(client: Client, version: Int)
state current: Int
state seen: Client -> Int?
after saw(c, v) { seen[c] := v }
after wrote(c, v) { current := v }
invariant no_lost_update "only what is current is overwritten": on wrote(c, _): seen[c] == current
invariant increases "+1": on wrote(_, v): v == current + 1
system checked implements occ "compare and set" {
  var version: Int
  process p(c: Client) {
    var mine: Int
    read: { mine := version  emit saw(c, version) }
    write: { either { when mine == version  version += 1  emit wrote(c, version) } or { when mine != version } goto read }
  }
}
system blind implements occ "no check" {
  var version: Int
  process p(c: Client) {
    var mine: Int
    read: { mine := version  emit saw(c, version) }
    write: { version += 1  emit wrote(c, version)  goto read }
  }
}
"""

TOKENS = """spec fence
entity Client
output event write(client: Client, token: Int)
state highest: Int
after write(c, t) { highest := t }
invariant in_order "older holders are fenced off": on write(_, t): t >= highest
invariant own "one client a token": on write(c, t): forall o: Client. earlier write(o, t) implies o == c
system fenced implements fence "storage compares" {
  var next: Int = 1
  var storage: Int
  var token: Client -> Int
  action lock(c: Client) { token[c] := next  next += 1 }
  action put(c: Client) { when token[c] > 0 and token[c] >= storage  storage := token[c]  emit write(c, token[c]) }
}
system open_ extends fenced implements fence "no compare" {
  action put(c: Client) { when token[c] > 0  storage := token[c]  emit write(c, token[c]) }
}
"""

LEASES = """spec lease
entity Node
output event granted(node: Node, until: Time)
output event work(node: Node)
state until: Node -> Time?
after granted(n, t) { until[n] := t }
invariant alone "while one works no other lease runs": on work(n): forall o: Node. o != n implies until[o] == none or until[o]! < now
system clocked implements lease "a clock" {
  var expiry: Node -> Time?
  action grant(n: Node) {
    when forall o: Node. o == n or expiry[o] == none or expiry[o]! < now
    expiry[n] := now + 10s
    emit granted(n, now + 10s)
  }
  action works(n: Node) { when expiry[n] != none and now <= expiry[n]!  emit work(n) }
}
system careless extends clocked implements lease "works on" {
  action works(n: Node) { when expiry[n] != none  emit work(n) }
}
"""

RING = """spec ring
entity P
output event put(n: Int)
output event got(n: Int)
state inside: Int
after put(_) { inside += 1 }
after got(_) { inside -= 1 }
invariant bounded "at most four": always: inside >= 0 and inside <= 4
system buffer implements ring "ring buffer" {
  var head: Int
  var tail: Int
  action push() { when head - tail < 4  emit put(head)  head += 1 }
  action pop() { when tail < head  emit got(tail)  tail += 1 }
}
system off extends buffer implements ring "off by one" {
  action push() { when head - tail <= 4  emit put(head)  head += 1 }
}
system ranged implements ring "r" {
  var fill: 0..4
  action push() { when fill < 4  emit put(fill)  fill += 1 }
  action pop() { when fill > 0  emit got(fill)  fill -= 1 }
}
"""

VOTES = """spec election
entity Node
output event elected(node: Node)
invariant one "one leader": on elected(n): forall o: Node. earlier elected(o) implies o == n
system majority implements election "majority" {
  var vote: Node -> Node?
  action votes(n: Node) { pick c: Node  when vote[n] == none  vote[n] := c }
  action wins(c: Node) { when 2 * count(n: Node where vote[n] == c) > count(n: Node)  emit elected(c) }
}
system half extends majority implements election "half" {
  action wins(c: Node) { when 2 * count(n: Node where vote[n] == c) >= count(n: Node)  emit elected(c) }
}
"""

WINDOW = """spec rate
entity Card
output event attempt(card: Card)
invariant two "at most two in a minute": on attempt(c): count[<= 60s](attempt(c)) <= 2
system ring implements rate "two stamps" {
  var last: Card -> Time?
  var before_: Card -> Time?
  action go(c: Card) { when before_[c] == none or now - before_[c]! > 60s  before_[c] := last[c]  last[c] := now  emit attempt(c) }
}
system hasty extends ring implements rate "h" {
  action go(c: Card) { when before_[c] == none or now - before_[c]! > 50s  before_[c] := last[c]  last[c] := now  emit attempt(c) }
}
"""

RECEIPTS = """
spec ids "Receipts are numbered one by one"
entity Desk
event receipt(desk: Desk, number: Int)
state last: Int
after receipt(_, n) { last := n }
invariant next_one "Each number is one more than the last": on receipt(_, n): n == last + 1
invariant unique "No number twice": on receipt(_, n): not earlier receipt(_, n)
system atomic implements ids {
  var counter: Int
  action give(d: Desk) { counter := counter + 1  emit receipt(d, counter) }
}
system read_then_write implements ids {
  var counter: Int
  process clerk(d: Desk) {
    var mine: Int
    read: { mine := counter + 1 }
    give: { counter := mine  emit receipt(d, mine) }
  }
}
"""
