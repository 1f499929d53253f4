// Turns totals that maps of the kernel keep by identity or process into deltas of rows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ebpf_ledger.h"
#include "records.h"

namespace ethogram::ebpf {

// Remembers the totals of the tick before. Not thread-safe.
class Totals {
 public:
  explicit Totals(Ledger* ledger) : ledger_(ledger) {}

  // Takes in what reached devices in somebody's name so far. From the first time on, the kernel's
  // own accounting of bytes, which knows no requests, is left out.
  void TakeCharges(const std::vector<std::pair<wire::charge_key, wire::charge>>& charges);
  // Takes in how long calls took so far.
  void TakeLatencies(const std::vector<std::pair<wire::latency_key, std::uint64_t>>& latencies);
  // Takes in what processes handed to io_uring so far, by tgid.
  void TakeRings(const std::vector<std::pair<std::uint32_t, wire::ring_use>>& rings);

 private:
  Ledger* const ledger_;
  std::map<std::string, wire::charge> charges_;               // by the bytes of the key
  std::map<std::uint32_t, wire::ring_use> rings_;             // by tgid
  std::unordered_map<std::string, std::uint64_t> latencies_;  // by the bytes of the key
};

}  // namespace ethogram::ebpf
