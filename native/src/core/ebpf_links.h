// Who talks to whom: joins the two ends of connections and pipes to links between identities.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ebpf_ends.h"
#include "ebpf_ledger.h"
#include "records.h"

namespace ethogram::ebpf {

// The kernel's table of TCP connections has half a million places on hosts with much memory, and
// who walks it visits all of them. Descriptors tell of nearly every connection as well, so that one
// walk in so many includes it: for those that nobody has accepted yet, or that the kernel has itself.
constexpr std::uint64_t kTcpEvery = 4;

enum class LinkKind : std::uint8_t { kTcp, kUdp, kUnix, kPipe, kFork };

// One end of a link: an identity, or, where that is 0, an endpoint outside.
struct Node {
  std::uint32_t identity = 0;
  std::string endpoint;
  bool operator<(const Node& other) const {
    return std::tie(identity, endpoint) < std::tie(other.identity, other.endpoint);
  }
};

// Direction: initiator to acceptor, writer to reader, parent to child.
struct LinkKey {
  Node from;
  Node to;
  LinkKind kind = LinkKind::kTcp;
  bool operator<(const LinkKey& other) const {
    return std::tie(kind, from, to) < std::tie(other.kind, other.from, other.to);
  }
};

// Deltas of one tick.
struct LinkRow {
  LinkKey key;
  std::uint64_t opened = 0;
  std::uint64_t closed = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
};

struct LinkLosses {
  std::uint64_t unowned = 0;     // connections that ended before anybody was known to use them
  std::uint64_t over_limit = 0;  // links left out, because too many were new in one tick
};

// Not thread-safe. In each tick: flows, then pipes, then `Take`.
class Links {
 public:
  explicit Links(Ledger* ledger) : ledger_(ledger) {}

  using Flow = ebpf::Flow;

  // All flows of the kernel's map as they are now. `census` is the number of the last whole
  // iteration over the sockets; `most_datagrams` is how many flows to single addresses find room.
  // Returns those that are over, to be deleted from the map.
  std::vector<wire::flow_key> TakeFlows(const std::vector<Flow>& flows, std::uint64_t census,
                                        std::size_t most_datagrams = SIZE_MAX);
  // All descriptors of pipes that an iteration met.
  void TakePipes(const std::vector<wire::pipe_record>& pipes);
  // The links that did something; with `snapshot` also those that are just there.
  std::vector<LinkRow> Take(bool snapshot);
  LinkLosses TakeLosses() { return std::exchange(losses_, {}); }

 private:
  struct FlowState {
    wire::flow last{};  // counters up to here are charged
    LinkKey link;
    bool resolved = false;
    bool local = false;   // the other end is a flow here too, and counts what it sends itself
    bool opener = false;  // this end counts opening and closing
    bool passed_on = false;  // the other end has another owner now
    bool closed_before = false;  // on the link that it had until now
    std::uint32_t owner = 0;
    std::uint32_t waited = 0;  // ticks for the other end to become known
    std::uint32_t idle = 0;    // ticks without a change
    std::uint64_t seen = 0;    // number of the tick
  };
  struct State {
    std::uint64_t open = 0;
    LinkRow row;
  };
  enum class Outcome { kResolved, kWait, kNone };

  void FindPassedOn(const std::vector<Flow>& flows, const Ends& ends);
  Outcome Resolve(const wire::flow& flow, const Ends& ends, FlowState* state);
  void YieldTo(std::map<std::string, FlowState>::iterator other, FlowState* state);
  void Charge(const wire::flow& flow, FlowState* state);
  void Close(FlowState* state);
  State* StateOf(const LinkKey& key);

  Ledger* const ledger_;
  std::map<std::string, FlowState> flows_;  // by the bytes of the key
  std::map<LinkKey, State> links_;
  std::map<LinkKey, std::uint64_t> pipes_;  // open pipes of each link
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint64_t> filled_;  // by pipe
  std::map<std::uint32_t, std::size_t> endpoints_;  // of each identity
  bool met_pipes_ = false;
  LinkLosses losses_;
  std::size_t fresh_links_ = 0;  // new ones in this tick, and by who has them
  std::map<std::uint32_t, std::size_t> fresh_of_;
  std::uint64_t tick_ = 0;
};

}  // namespace ethogram::ebpf
