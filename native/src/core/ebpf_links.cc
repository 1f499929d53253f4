#include "ebpf_links.h"

#include <string.h>

#include <set>

namespace ethogram::ebpf {

namespace {

// Ticks to wait for the other end of a connection to be used by somebody.
constexpr std::uint32_t kPatience = 3;
// Ticks after which datagrams to one address are taken for ended, and where room is scarce.
constexpr std::uint32_t kDatagramIdle = 60;
constexpr std::uint32_t kCrowdedIdle = 2;
// Iterations that may miss a connection between two states before it is taken for gone.
constexpr std::uint64_t kCensusSlack = 3 * kTcpEvery;
constexpr std::size_t kMostNewLinks = 1000;  // in one tick
constexpr std::size_t kMostNewOfOne = 200;   // of them of one identity, so that others find room
constexpr std::size_t kMostLinks = 20000;
constexpr std::size_t kMostEndpoints = 32;  // of one identity; the rest is one

std::string TextOf(const wire::flow_key& key) {
  return std::string(reinterpret_cast<const char*>(&key), sizeof(key));
}

// Whether a datagram socket was connected to somebody else.
bool HasMoved(const wire::flow& now, const wire::flow& before) {
  return now.kind == wire::FLOW_UDP &&
         (now.remote_port != before.remote_port ||
          memcmp(now.remote, before.remote, sizeof(now.remote)) != 0);
}

LinkKind KindOf(const wire::flow& flow) {
  return flow.kind == wire::FLOW_TCP   ? LinkKind::kTcp
         : flow.kind == wire::FLOW_UDP ? LinkKind::kUdp
                                       : LinkKind::kUnix;
}

}  // namespace

std::vector<wire::flow_key> Links::TakeFlows(const std::vector<Flow>& flows, std::uint64_t census,
                                             std::size_t most_datagrams) {
  tick_++;
  Ends ends;
  std::size_t datagrams = 0;
  for (const Flow& flow : flows) {
    ends.Add(flow);
    datagrams += flow.first.remote_port != 0;
  }
  // Who answers many strangers would fill the map within a minute.
  const std::uint32_t idle_limit = datagrams > most_datagrams / 2 ? kCrowdedIdle : kDatagramIdle;
  FindPassedOn(flows, ends);
  std::vector<wire::flow_key> over;
  for (const auto& [key, flow] : flows) {
    FlowState& state = flows_[TextOf(key)];
    state.seen = tick_;
    const bool changed = flow.sent != state.last.sent || flow.received != state.last.received;
    state.idle = changed ? 0 : state.idle + 1;
    if (state.resolved && HasMoved(flow, state.last)) {
      Close(&state);
      state.resolved = false;
      state.closed_before = true;
      state.waited = 0;
    }
    const Outcome outcome = Resolve(flow, ends, &state);
    if (outcome == Outcome::kResolved) Charge(flow, &state);
    if (outcome == Outcome::kNone) state.last = flow;

    bool ended = (flow.flags & wire::FLOW_CLOSED) != 0;
    if (flow.kind == wire::FLOW_TCP) {
      ended = ended || (flow.census + kCensusSlack < census && state.idle > kPatience);
    } else if (key.remote_port != 0) {
      ended = state.idle > idle_limit;
    } else {
      ended = flow.census < census && !changed;
    }
    if (!ended || (outcome == Outcome::kWait && state.waited <= kPatience)) continue;
    if (outcome == Outcome::kWait) losses_.unowned++;
    Close(&state);
    flows_.erase(TextOf(key));
    over.push_back(key);
  }
  for (auto entry = flows_.begin(); entry != flows_.end();) {
    if (entry->second.seen == tick_) {
      ++entry;
      continue;
    }
    Close(&entry->second);
    entry = flows_.erase(entry);
  }
  return over;
}

// Where an end goes on under another program, the link of the other end is another one, too.
void Links::FindPassedOn(const std::vector<Flow>& flows, const Ends& ends) {
  for (const auto& [key, flow] : flows) {
    const auto known = flows_.find(TextOf(key));
    if (known == flows_.end() || !known->second.resolved || flow.tgid == 0) continue;
    if (known->second.owner == ledger_->Identify(flow.owner, false)) continue;
    const Flow* other = ends.OtherOf(flow);
    if (other == nullptr) continue;
    const auto there = flows_.find(TextOf(other->first));
    if (there != flows_.end()) there->second.passed_on = true;
  }
}

Links::Outcome Links::Resolve(const wire::flow& flow, const Ends& ends, FlowState* state) {
  const std::uint32_t owner = flow.tgid == 0 ? 0 : ledger_->Identify(flow.owner, false);
  if (state->resolved && state->owner == owner && !state->passed_on) return Outcome::kResolved;
  const Flow* end = ends.OtherOf(flow);
  const wire::flow* other = end == nullptr ? nullptr : &end->second;
  const bool connected = flow.kind == wire::FLOW_UNIX ? flow.peer != 0 : flow.remote_port != 0;
  if (!connected) return Outcome::kNone;
  state->waited++;
  if (owner == 0) return Outcome::kWait;

  Node here{owner, ""};
  Node there;
  if (other != nullptr && other->tgid != 0) {
    there.identity = ledger_->Identify(other->owner, false);
  } else if ((other != nullptr || flow.kind == wire::FLOW_UNIX) && state->waited <= kPatience) {
    return Outcome::kWait;
  } else if (flow.kind == wire::FLOW_UNIX) {
    there.identity = ledger_->IdentityOf(flow.peer_tgid);
    if (there.identity == 0) return Outcome::kWait;
  }
  bool calls = (flow.flags & wire::FLOW_ACCEPTOR) == 0;
  if (other != nullptr && ((other->flags ^ flow.flags) & wire::FLOW_ACCEPTOR) == 0) {
    // Both or none of the two were called: the lower port, or the older identity.
    calls = flow.kind == wire::FLOW_UNIX ? here.identity <= there.identity
                                         : flow.local_port > flow.remote_port;
  }
  // A datagram socket without a peer is called, and answers whom it likes: this end counts both.
  const bool answers = flow.kind == wire::FLOW_UNIX && other != nullptr && other->peer == 0;
  calls = calls || answers;
  if (there.identity == 0) {
    const char* kind = flow.kind == wire::FLOW_TCP ? "tcp" : "udp";
    there.endpoint = calls ? RemoteEndpoint(flow.remote, flow.remote_port)
                           : "listen:" + std::string(kind) + ":" + std::to_string(flow.local_port);
  }
  if (state->resolved) {
    Close(state);
    state->closed_before = true;
  }
  state->link = calls ? LinkKey{here, there, KindOf(flow)} : LinkKey{there, here, KindOf(flow)};
  if (!there.endpoint.empty() && links_.count(state->link) == 0 &&
      endpoints_[owner]++ >= kMostEndpoints) {
    (calls ? state->link.to : state->link.from).endpoint = calls ? "remote:other" : "listen:other";
  }
  state->owner = owner;
  state->passed_on = false;
  state->local = other != nullptr && there.identity != 0 && !answers;
  state->opener = calls || !state->local;
  if (state->local) YieldTo(flows_.find(TextOf(end->first)), state);
  const bool handed_over = state->closed_before;
  const bool fresh = (flow.flags & wire::FLOW_SEEDED) == 0 && !state->resolved && !handed_over;
  state->resolved = true;
  state->closed_before = false;
  if (fresh && flow.kind == wire::FLOW_TCP) {
    ledger_->AddTo(owner, calls ? kConnects : kAccepts, 1);
  }
  if (!state->opener) return Outcome::kResolved;
  if (State* link = StateOf(state->link)) {
    link->open++;
    // What was closed on another link as it was handed over opens on this one.
    link->row.opened += fresh || handed_over ? 1 : 0;
  }
  return Outcome::kResolved;
}

// The other end may have stood for the whole link, until this end became known.
void Links::YieldTo(std::map<std::string, FlowState>::iterator other, FlowState* state) {
  if (other == flows_.end() || !other->second.resolved || other->second.local) return;
  if (other->second.link < state->link || state->link < other->second.link) return;
  other->second.local = true;
  if (other->second.opener) state->opener = false;
}

void Links::Charge(const wire::flow& flow, FlowState* state) {
  std::uint64_t events = flow.sent - state->last.sent;
  std::uint64_t bytes = flow.sent_bytes - state->last.sent_bytes;
  if (!state->local) {
    events += flow.received - state->last.received;
    bytes += flow.received_bytes - state->last.received_bytes;
  }
  state->last = flow;
  if (events == 0 && bytes == 0) return;
  if (State* link = StateOf(state->link)) {
    link->row.events += events;
    link->row.bytes += bytes;
  }
}

void Links::Close(FlowState* state) {
  if (!state->resolved || !state->opener) return;
  const auto link = links_.find(state->link);
  if (link == links_.end() || link->second.open == 0) return;
  link->second.open--;
  link->second.row.closed++;
}

Links::State* Links::StateOf(const LinkKey& key) {
  const auto known = links_.find(key);
  if (known != links_.end()) return &known->second;
  // The first walk meets all that there is at once.
  const bool crowded = tick_ > 1 && (fresh_of_[key.from.identity] >= kMostNewOfOne ||
                                     fresh_of_[key.to.identity] >= kMostNewOfOne);
  if (crowded || fresh_links_ >= kMostNewLinks || links_.size() >= kMostLinks) {
    losses_.over_limit++;
    return nullptr;
  }
  fresh_links_++;
  // Endpoints have no identity, and share no limit but the one of who talks to them.
  if (key.from.identity != 0) fresh_of_[key.from.identity]++;
  if (key.to.identity != 0) fresh_of_[key.to.identity]++;
  State& state = links_[key];
  state.row.key = key;
  return &state;
}

void Links::TakePipes(const std::vector<wire::pipe_record>& pipes) {
  struct Pipe {
    std::map<std::uint32_t, std::uint32_t> readers;  // tgid to identity
    std::map<std::uint32_t, std::uint32_t> writers;
    std::uint64_t filled = 0;
  };
  std::map<std::pair<std::uint32_t, std::uint64_t>, Pipe> by_pipe;
  for (const wire::pipe_record& record : pipes) {
    Pipe& pipe = by_pipe[{record.device, record.inode}];
    const std::uint32_t identity = ledger_->Identify(record.owner, false);
    if (record.ends & wire::PIPE_READER) pipe.readers[record.tgid] = identity;
    if (record.ends & wire::PIPE_WRITER) pipe.writers[record.tgid] = identity;
    pipe.filled = record.filled;
  }
  std::map<LinkKey, std::uint64_t> open;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint64_t> filled;
  for (const auto& [id, pipe] : by_pipe) {
    filled[id] = pipe.filled;
    const auto before = filled_.find(id);
    // The kernel counts buffers modulo 2^32. A pipe not met before is new, but for the first time.
    const std::uint64_t base = before != filled_.end() ? before->second : met_pipes_ ? 0 : pipe.filled;
    const std::uint64_t events = static_cast<std::uint32_t>(pipe.filled - base);
    std::set<LinkKey> linked;
    for (const auto& [writer, from] : pipe.writers) {
      for (const auto& [reader, to] : pipe.readers) {
        if (writer != reader && from != to) {
          linked.insert(LinkKey{{from, ""}, {to, ""}, LinkKind::kPipe});
        }
      }
    }
    for (const LinkKey& key : linked) {
      open[key]++;
      State* link = StateOf(key);
      // Of several writers of one pipe nobody knows which one filled it.
      if (link != nullptr && linked.size() == 1) link->row.events += events;
    }
  }
  for (const auto& [key, count] : open) {
    State* link = StateOf(key);
    if (link == nullptr) continue;
    const std::uint64_t before = pipes_[key];
    if (count > before && met_pipes_) link->row.opened += count - before;
    if (count < before) link->row.closed += before - count;
    link->open = count;
  }
  for (const auto& [key, before] : pipes_) {
    const auto link = links_.find(key);
    if (open.count(key) != 0 || link == links_.end()) continue;
    link->second.row.closed += before;
    link->second.open = 0;
  }
  pipes_ = std::move(open);
  filled_ = std::move(filled);
  met_pipes_ = true;
}

std::vector<LinkRow> Links::Take(bool snapshot) {
  for (const SpawnCounts& spawn : ledger_->TakeSpawns()) {
    State* link = StateOf(LinkKey{{spawn.parent, ""}, {spawn.child, ""}, LinkKind::kFork});
    if (link == nullptr) continue;
    link->row.opened += spawn.opened;
    link->row.events += spawn.opened;
    link->row.closed += spawn.closed;
    link->open += spawn.opened;
    link->open -= spawn.closed < link->open ? spawn.closed : link->open;
  }
  std::vector<LinkRow> rows;
  for (auto entry = links_.begin(); entry != links_.end();) {
    State& state = entry->second;
    const bool active = state.row.opened + state.row.closed + state.row.events + state.row.bytes > 0;
    if (active || (snapshot && state.open > 0)) rows.push_back(state.row);
    state.row.opened = state.row.closed = state.row.events = state.row.bytes = 0;
    entry = state.open == 0 ? links_.erase(entry) : std::next(entry);
  }
  for (auto& [identity, count] : endpoints_) count = 0;
  for (const auto& [key, state] : links_) {
    if (key.from.identity == 0) endpoints_[key.to.identity]++;
    if (key.to.identity == 0) endpoints_[key.from.identity]++;
  }
  for (auto entry = endpoints_.begin(); entry != endpoints_.end();) {
    entry = entry->second == 0 ? endpoints_.erase(entry) : std::next(entry);
  }
  fresh_links_ = 0;
  fresh_of_.clear();
  return rows;
}

}  // namespace ethogram::ebpf
